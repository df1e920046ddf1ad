// Functions that were never named live as long as a job or an open run needs them; this finds those that are needed no more.
import type { TaskRegistry } from '../../jobs/task.ts';
import type { JobStore, Page, PageRequest } from '../../stores/store.ts';

/** Fewer than this are not worth looking for. */
const WORTH_SWEEPING = 1000;

const PAGE = 5000;

/** Forgets functions once there are twice as many as were still needed the last time. */
export class LocalTaskSweeper {
  readonly #tasks: TaskRegistry;
  #sweepAt = WORTH_SWEEPING;

  constructor(tasks: TaskRegistry) {
    this.#tasks = tasks;
  }

  /** Looks through the stores that may hold such jobs, if it is time. */
  async sweep(stores: readonly JobStore[]): Promise<void> {
    if (this.#tasks.localCount < this.#sweepAt) return;
    const known = this.#tasks.localNames();
    const needed = new Set<string>();
    for (const store of stores.filter(({ durable }) => !durable)) {
      await collect((page) => store.getJobs({}, page), needed);
      await collect((page) => store.getRuns({ states: ['queued', 'running'] }, page), needed);
    }
    // The registry keeps what was asked for during the search: its job may be on a page that was read before.
    for (const name of known) if (!needed.has(name)) this.#tasks.forgetLocal(name);
    this.#sweepAt = Math.max(WORTH_SWEEPING, 2 * this.#tasks.localCount);
  }
}

async function collect(
  list: (page: PageRequest) => Promise<Page<{ readonly task: string }>>,
  into: Set<string>,
): Promise<void> {
  let cursor: string | null = null;
  do {
    const page: Page<{ readonly task: string }> = await list({ limit: PAGE, cursor });
    for (const { task } of page.items) into.add(task);
    cursor = page.cursor;
  } while (cursor !== null);
}

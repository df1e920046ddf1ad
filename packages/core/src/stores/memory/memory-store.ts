// The job store in this process's memory: the fastest, and the model the others are held against.
import type { Clock } from '../../clock.ts';
import { InvalidOptionError, SchedError } from '../../errors.ts';
import type { StoreContext } from '../store.ts';
import { type TableStep, TableStore } from '../table-store.ts';
import { JobTable } from './job-table.ts';
import { ProcessTable } from './process-table.ts';
import { RunTable } from './run-table.ts';

/** Options of {@link MemoryStore}. */
export interface MemoryStoreOptions {
  /** How many ended runs are kept in all, over all jobs; the oldest go first. @default 10,000 */
  readonly maxHistory?: number;
}

const DEFAULTS = { maxHistory: 10_000 } satisfies Required<MemoryStoreOptions>;

/** Keeps jobs and runs in memory: they are gone when the process ends, and any function can be a task. */
export class MemoryStore extends TableStore {
  readonly kind = 'memory';
  readonly durable: boolean = false;
  readonly pollMs = 30_000;
  readonly #jobs = new JobTable();
  readonly #runs: RunTable;
  readonly #processes = new ProcessTable();
  #clock: Clock | null = null;

  /** @throws InvalidOptionError for an option it does not know, or a wrong value. */
  constructor(options: MemoryStoreOptions = {}) {
    super();
    const keepRuns = (jobId: string) => this.#jobs.get(jobId)?.policies.keepRuns ?? Number.POSITIVE_INFINITY;
    this.#runs = new RunTable(this.#jobs, checkedMaxHistory(options), keepRuns);
  }

  async open(context: StoreContext): Promise<void> {
    this.#clock = context.clock;
  }

  async close(): Promise<void> {
    this.#clock = null;
  }

  protected read<Result>(body: (step: TableStep) => Result): Promise<Result> {
    return this.write(body);
  }

  // No step is ever seen half done: its body has no place where another could begin.
  protected async write<Result>(body: (step: TableStep) => Result): Promise<Result> {
    if (this.#clock === null) throw new SchedError('store-failure', 'the memory store is not open');
    return body({ jobs: this.#jobs, runs: this.#runs, processes: this.#processes, now: this.#clock.now() });
  }
}

function checkedMaxHistory(options: MemoryStoreOptions): number {
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(DEFAULTS, name)) throw new InvalidOptionError(name, value, 'no option of this name');
  }
  const maxHistory = options.maxHistory ?? DEFAULTS.maxHistory;
  if (!Number.isSafeInteger(maxHistory) || maxHistory < 0) {
    throw new InvalidOptionError('maxHistory', maxHistory, 'a whole number of runs, 0 or more');
  }
  return maxHistory;
}

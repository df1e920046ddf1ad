// What can be done with runs, over all job stores.
import { randomUUID } from 'node:crypto';
import { JobNotFoundError, RunNotFoundError } from '../errors.ts';
import type { RunQuery } from '../jobs/job.ts';
import { isOpen, type Run, toRun } from '../jobs/run.ts';
import type { RunFilter } from '../stores/store.ts';
import { toEpochMs } from '../time/instant.ts';
import { tellEnded } from './engine/run-events.ts';
import type { EventHub } from './events.ts';
import { type JobDirectory, type Listed, listed } from './job-directory.ts';
import { listOf } from './queries.ts';

/** What runs are worked on with. */
export interface SchedulerRunsParts {
  readonly directory: JobDirectory;
  readonly events: EventHub;
  /** Zone in which instants without an offset are read. */
  readonly timezone: () => string;
  readonly wake: () => void;
  /** Asks a run to end that executes in this process. */
  readonly abort: (runId: string, detail: string) => void;
}

/** Operations on runs. */
export class SchedulerRuns {
  readonly #parts: SchedulerRunsParts;

  constructor(parts: SchedulerRunsParts) {
    this.#parts = parts;
  }

  /** Records a run for now, outside the job's trigger. @throws JobNotFoundError */
  async add(jobId: string, alias: string | undefined): Promise<Run> {
    const { jobStore } = await this.#parts.directory.get(jobId, alias);
    const key = `manual-${randomUUID()}`;
    const run = await this.#parts.directory.store(jobStore).addRun(jobId, { reason: 'manual', key });
    if (run === null) throw new JobNotFoundError(jobId, alias);
    this.#parts.wake();
    return toRun(run, jobStore);
  }

  async list({ jobId, state, from, until, ...page }: RunQuery): Promise<Listed<Run>> {
    const timezone = this.#parts.timezone();
    const filter: RunFilter = {
      ...(jobId === undefined ? {} : { jobId }),
      ...(state === undefined ? {} : { states: listOf(state) }),
      ...(from === undefined ? {} : { from: toEpochMs(from, 'from', timezone) }),
      ...(until === undefined ? {} : { until: toEpochMs(until, 'until', timezone) }),
    };
    const found = await this.#parts.directory.runs(filter, page);
    return listed(
      found.items.map(({ run, jobStore }) => toRun(run, jobStore)),
      found.cursor,
    );
  }

  /** The run, from whichever job store has it. */
  async get(runId: string): Promise<Run | null> {
    for (const jobStore of this.#parts.directory.aliases(undefined)) {
      const run = await this.#parts.directory.store(jobStore).getRun(runId);
      if (run !== null) return toRun(run, jobStore);
    }
    return null;
  }

  /** @throws RunNotFoundError */
  async cancel(runId: string): Promise<Run> {
    for (const jobStore of this.#parts.directory.aliases(undefined)) {
      const store = this.#parts.directory.store(jobStore);
      const before = await store.getRun(runId);
      const run = before === null || !isOpen(before.state) ? before : await store.cancelRun(runId);
      if (run === null) continue;
      // A run that had ended already is answered as it is.
      if (run === before) return toRun(run, jobStore);
      if (run.state === 'running') this.#parts.abort(runId, 'it was cancelled');
      else tellEnded(this.#parts.events, run, jobStore);
      return toRun(run, jobStore);
    }
    throw new RunNotFoundError(runId);
  }
}

// What can be done with runs, over all job stores.
import { randomUUID } from 'node:crypto';
import { JobNotFoundError, RunNotFoundError, RunStateError } from '../errors.ts';
import { triggerOfJob } from '../jobs/bounded.ts';
import type { Backfill, BackfillOptions, RunQuery } from '../jobs/job.ts';
import type { RunRecord } from '../jobs/records.ts';
import { isOpen, type Run, toRun } from '../jobs/run.ts';
import { runId } from '../stores/run-decisions.ts';
import type { Page, RunFilter } from '../stores/store.ts';
import { toEpochMs } from '../time/instant.ts';
import { type BackfillRange, backfillRange, fireTimesToFill } from './backfill.ts';
import type { RunJobOptions } from './call-options.ts';
import { tellEnded } from './engine/run-events.ts';
import type { EventHub } from './events.ts';
import { type JobDirectory, type Listed, listed } from './job-directory.ts';
import { listOf } from './queries.ts';

/** What runs are worked on with. */
export interface SchedulerRunsParts {
  readonly directory: JobDirectory;
  readonly events: EventHub;
  /** The moment, in epoch milliseconds. */
  readonly now: () => number;
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
  async add(jobId: string, { jobStore: alias, ignoreMaxInstances = false }: RunJobOptions): Promise<Run> {
    const { jobStore } = await this.#parts.directory.get(jobId, alias);
    const extra = { reason: 'manual', key: `manual-${randomUUID()}`, ignoresMaxInstances: ignoreMaxInstances } as const;
    const run = await this.#parts.directory.store(jobStore).addRun(jobId, extra);
    if (run === null) throw new JobNotFoundError(jobId, alias);
    this.#parts.wake();
    return toRun(run, jobStore);
  }

  /** Records runs for fire times in the past. @throws JobNotFoundError, InvalidOptionError */
  async backfill(jobId: string, options: BackfillOptions): Promise<Backfill> {
    const range = backfillRange(options, this.#parts.now(), this.#parts.timezone());
    const { job, jobStore } = await this.#parts.directory.get(jobId, options.jobStore);
    // What is due and not yet recorded is the engine's to record.
    const to = job.state === 'active' && job.nextFireAt !== null ? Math.min(range.to, job.nextFireAt - 1) : range.to;
    const known = await this.#recordedIds(jobStore, jobId, range);
    const isRecorded = (at: number) => known.has(runId(job.id, job.generation, at));
    const { missing, recorded, next } = fireTimesToFill(triggerOfJob(job), { ...range, to }, isRecorded);
    const runs: Run[] = [];
    for (const fireAt of missing) {
      const extra = { reason: 'backfill', key: String(fireAt), fireAt } as const;
      const run = await this.#parts.directory.store(jobStore).addRun(jobId, extra);
      if (run === null) throw new JobNotFoundError(jobId, options.jobStore);
      runs.push(toRun(run, jobStore));
    }
    if (runs.length > 0) this.#parts.wake();
    return { runs, recorded: recorded.map((at) => new Date(at)), next: next === null ? null : new Date(next) };
  }

  /** @throws RunNotFoundError, RunStateError, JobNotFoundError */
  async retry(id: string): Promise<Run> {
    for (const jobStore of this.#parts.directory.aliases(undefined)) {
      const store = this.#parts.directory.store(jobStore);
      const before = await store.getRun(id);
      if (before === null) continue;
      const { state } = before;
      if (isOpen(state) || state === 'succeeded') throw new RunStateError('tried again', id, state);
      const run = await store.retryRun(id);
      if (run === null) continue;
      if (run.state === state) throw new JobNotFoundError(before.jobId, jobStore);
      this.#parts.wake();
      return toRun(run, jobStore);
    }
    throw new RunNotFoundError(id);
  }

  /** The ids of all runs of a job with a fire time in this range. */
  async #recordedIds(jobStore: string, jobId: string, { from, to }: BackfillRange): Promise<ReadonlySet<string>> {
    const ids = new Set<string>();
    let cursor: string | null = null;
    do {
      const page: Page<RunRecord> = await this.#parts.directory
        .store(jobStore)
        .getRuns({ jobId, from, until: to }, { cursor });
      for (const run of page.items) ids.add(run.id);
      cursor = page.cursor;
    } while (cursor !== null);
    return ids;
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

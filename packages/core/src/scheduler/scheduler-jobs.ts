// What can be done with jobs and runs, over all job stores: the part of the scheduler that people call most.
import { randomUUID } from 'node:crypto';
import { InvalidOptionError, JobConflictError, JobNotFoundError, RunNotFoundError, SchedError } from '../errors.ts';
import type { Executor } from '../executors/executor.ts';
import { encodeArguments } from '../jobs/arguments.ts';
import { draftJob, type JobDraft, newJob, readTags, readTrigger, split } from '../jobs/draft.ts';
import { Job, type JobActions, type JobChanges, type RunQuery } from '../jobs/job.ts';
import { applyPolicies } from '../jobs/policies.ts';
import type { JobRecord, NewJob, RunState } from '../jobs/records.ts';
import { type Run, toRun } from '../jobs/run.ts';
import { checkName, type TaskRegistry } from '../jobs/task.ts';
import type { JobFilter, JobPatch, PutResult } from '../stores/store.ts';
import { toEpochMs } from '../time/instant.ts';
import { triggerOf } from '../triggers/cache.ts';
import { isDurable } from './components.ts';
import type { Configuration } from './configuration.ts';
import type { EventHub, SchedulerEvents } from './events.ts';
import type { FoundJob, JobDirectory, PageQuery } from './job-directory.ts';
import { tellEnded } from './run-events.ts';

/** A list of items with the cursor of the next part; null when this was the last. */
export type Listed<Item> = readonly Item[] & { readonly cursor: string | null };

/** Which jobs to answer. */
export interface JobQuery extends JobFilter, PageQuery {}

/** What the jobs of a scheduler are worked on with. */
export interface SchedulerJobsParts {
  readonly directory: JobDirectory;
  readonly executors: ReadonlyMap<string, Executor>;
  readonly tasks: TaskRegistry;
  readonly events: EventHub;
  /** The moment, in epoch milliseconds. */
  readonly now: () => number;
  readonly configuration: () => Configuration;
  /** Whether the job stores are open: before that, jobs are pending. */
  readonly isOpen: () => boolean;
  /** The facade, for the handles that are given out. */
  readonly actions: JobActions;
  readonly wake: () => void;
  readonly abort: (runId: string, detail: string) => void;
}

/** Jobs that go into a store in one operation. */
const BATCH = 5000;

/** Operations on jobs and runs. */
export class SchedulerJobs {
  readonly #parts: SchedulerJobsParts;
  #pending: JobDraft[] = [];

  constructor(parts: SchedulerJobsParts) {
    this.#parts = parts;
  }

  async add(draft: JobDraft): Promise<Job> {
    const [job] = await this.addAll([draft]);
    if (job === undefined)
      throw new SchedError('store-failure', `job store '${draft.jobStore}' did not answer with the job`);
    return job;
  }

  /** Adds to the stores, or to what is pending; `onProgress` hears how many are in. */
  async addAll(drafts: readonly JobDraft[], onProgress?: (added: number) => void): Promise<Job[]> {
    if (!this.#parts.isOpen()) return drafts.map((draft) => this.#addPending(draft));
    const put: { jobStore: string; result: PutResult }[] = [];
    try {
      for (const batch of batchesOf(drafts)) {
        const jobStore = batch[0]?.jobStore ?? 'default';
        for (const result of await this.#put(batch, jobStore)) put.push({ jobStore, result });
        onProgress?.(put.length);
      }
    } catch (error) {
      await this.#takeBack(put);
      throw error;
    }
    this.#parts.wake();
    return put.map(({ jobStore, result }) => this.#handle(result.job, jobStore));
  }

  /** Puts what is pending into the stores; on an error it stays pending. */
  async addPending(): Promise<void> {
    for (const batch of batchesOf(this.#pending)) {
      await this.#put(batch, batch[0]?.jobStore ?? 'default');
      this.#pending.splice(0, batch.length);
    }
  }

  async modify(id: string, changes: JobChanges, alias: string | undefined): Promise<Job> {
    const { settings, rest } = split({ ...changes });
    const [unknown] = [
      ...Object.keys(rest),
      ...['id', 'jobStore', 'replaceExisting'].filter((name) => name in settings),
    ];
    if (unknown !== undefined)
      throw new InvalidOptionError(
        unknown,
        Reflect.get(changes, unknown),
        'something that can be changed about a job; for its trigger there is rescheduleJob',
      );
    const patch = this.#changePatch(changes);
    const found = await this.#change(id, alias, (job) => {
      const policies = applyPolicies(job.policies, settings);
      const { nextRunTime } = changes;
      if (nextRunTime === undefined) return { ...patch, policies };
      if (nextRunTime === null) return { ...patch, policies, state: 'paused' };
      return {
        ...patch,
        policies,
        state: 'active',
        nextFireAt: toEpochMs(nextRunTime, 'nextRunTime', this.#parts.configuration().timezone),
      };
    });
    return this.#changed('job:modified', found);
  }

  async reschedule(id: string, trigger: unknown, options: object, alias: string | undefined): Promise<Job> {
    const { timezone } = this.#parts.configuration();
    const now = this.#parts.now();
    const given = readTrigger(trigger, { ...options });
    if (given === null)
      throw new InvalidOptionError('trigger', trigger, 'a trigger, or the kind of one with its options');
    const resolved = given.resolve({ timezone, now });
    const nextFireAt = resolved.next(now);
    const found = await this.#change(id, alias, ({ state }) => ({
      trigger: resolved.toJSON(),
      nextFireAt,
      note: null,
      state: state === 'paused' ? 'paused' : nextFireAt === null ? 'finished' : 'active',
    }));
    return this.#changed('job:modified', found);
  }

  async pause(id: string, reason: string | undefined, alias: string | undefined): Promise<Job> {
    const found = await this.#change(id, alias, () => ({ state: 'paused', note: reason ?? null }));
    return this.#changed('job:paused', found);
  }

  async resume(id: string, alias: string | undefined): Promise<Job> {
    const found = await this.#change(id, alias, (job) => {
      if (job.state === 'active') return null;
      const nextFireAt = triggerOf(job.trigger).next(this.#parts.now());
      return { state: nextFireAt === null ? 'finished' : 'active', nextFireAt, note: null };
    });
    return this.#changed('job:resumed', found);
  }

  async remove(id: string, alias: string | undefined): Promise<void> {
    if (this.#takePending(id, alias) !== undefined) return;
    if (!this.#parts.isOpen()) throw new JobNotFoundError(id, alias);
    const jobStore = await this.#parts.directory.remove(id, alias);
    this.#parts.events.emit('job:removed', { jobId: id, jobStore });
    this.#parts.wake();
  }

  async removeAll(alias: string | undefined): Promise<void> {
    this.#pending = this.#pending.filter((draft) => alias !== undefined && draft.jobStore !== alias);
    if (!this.#parts.isOpen()) return;
    for (const jobStore of this.#parts.directory.aliases(alias)) {
      const removed = await this.#parts.directory.store(jobStore).removeJobs('all');
      for (const jobId of removed) this.#parts.events.emit('job:removed', { jobId, jobStore });
    }
    this.#parts.wake();
  }

  async get(id: string, alias: string | undefined): Promise<Job | null> {
    const pending = this.#pending.find((draft) => isDraft(draft, id, alias));
    if (pending !== undefined) return this.#pendingHandle(pending);
    const found = this.#parts.isOpen() ? await this.#parts.directory.find(id, alias) : null;
    return found === null ? null : this.#handle(found.job, found.jobStore);
  }

  async list(query: JobQuery): Promise<Listed<Job>> {
    if (!this.#parts.isOpen()) {
      const drafts = this.#pending.filter(
        ({ jobStore }) => query.jobStore === undefined || jobStore === query.jobStore,
      );
      return listed(
        drafts.map((draft) => this.#pendingHandle(draft)),
        null,
      );
    }
    const { jobStore, limit, cursor, ...filter } = query;
    const page = await this.#parts.directory.page(filter, { jobStore, limit, cursor });
    return listed(
      page.items.map((found) => this.#handle(found.job, found.jobStore)),
      page.cursor,
    );
  }

  /** The jobs of each store as text for people. */
  async print(alias: string | undefined): Promise<string> {
    const lines: string[] = [];
    const pending = this.#pending.filter(({ jobStore }) => alias === undefined || jobStore === alias);
    if (pending.length > 0) lines.push('Pending jobs:', ...pending.map((draft) => `    ${this.#pendingHandle(draft)}`));
    for (const jobStore of this.#parts.isOpen() ? this.#parts.directory.aliases(alias) : []) {
      lines.push(`Job store ${jobStore}:`);
      const before = lines.length;
      for await (const found of this.records(jobStore)) lines.push(`    ${this.#handle(found.job, jobStore)}`);
      if (lines.length === before) lines.push('    No scheduled jobs');
    }
    return `${lines.join('\n')}\n`;
  }

  /** Every job as it is stored, page after page. */
  async *records(alias: string | undefined): AsyncGenerator<FoundJob> {
    let cursor: string | null = null;
    do {
      const page = await this.#parts.directory.page({}, { jobStore: alias, cursor });
      yield* page.items;
      cursor = page.cursor;
    } while (cursor !== null);
  }

  /** Puts jobs as they are, without working anything out. */
  async import(jobs: readonly NewJob[], jobStore: string, replaceExisting: boolean): Promise<number> {
    const results = await this.#parts.directory.put(jobStore, jobs, replaceExisting ? 'replace' : 'fail');
    this.#tellPut(results, jobStore);
    this.#parts.wake();
    return results.filter(({ status }) => status !== 'unchanged').length;
  }

  async run(id: string, alias: string | undefined): Promise<Run> {
    const { jobStore } = await this.#parts.directory.get(id, alias);
    const run = await this.#parts.directory
      .store(jobStore)
      .addRun(id, { reason: 'manual', key: `manual-${randomUUID()}` });
    if (run === null) throw new JobNotFoundError(id, alias);
    this.#parts.wake();
    return toRun(run, jobStore);
  }

  async runs(query: RunQuery): Promise<Listed<Run>> {
    const { timezone } = this.#parts.configuration();
    const { jobId, states, from, until, ...page } = query;
    const filter = {
      ...(jobId === undefined ? {} : { jobId }),
      ...(states === undefined ? {} : { states: states as readonly RunState[] }),
      ...(from === undefined ? {} : { from: toEpochMs(from, 'from', timezone) }),
      ...(until === undefined ? {} : { until: toEpochMs(until, 'until', timezone) }),
    };
    const found = await this.#parts.directory.runs(filter, page);
    return listed(
      found.items.map(({ run, jobStore }) => toRun(run, jobStore)),
      found.cursor,
    );
  }

  async cancelRun(runId: string): Promise<Run> {
    for (const jobStore of this.#parts.directory.aliases(undefined)) {
      const run = await this.#parts.directory.store(jobStore).cancelRun(runId);
      if (run === null) continue;
      if (run.state === 'running') this.#parts.abort(runId, 'it was cancelled');
      else tellEnded(this.#parts.events, run, jobStore);
      return toRun(run, jobStore);
    }
    throw new RunNotFoundError(runId);
  }

  async #put(batch: readonly JobDraft[], jobStore: string): Promise<PutResult[]> {
    const jobs = batch.map((draft) => this.#newJob(draft));
    const onConflict = batch[0]?.replaceExisting === true ? 'replace' : 'fail';
    const results = await this.#parts.directory.put(jobStore, jobs, onConflict);
    this.#tellPut(results, jobStore);
    return results;
  }

  /** Removes what a call added before it failed, so that it leaves nothing behind. */
  async #takeBack(put: readonly { jobStore: string; result: PutResult }[]): Promise<void> {
    for (const { jobStore, result } of put) {
      if (result.status === 'added') await this.#parts.directory.remove(result.job.id, jobStore);
    }
  }

  #tellPut(results: readonly PutResult[], jobStore: string): void {
    for (const { status, job } of results) {
      if (status === 'added') this.#parts.events.emit('job:added', { jobId: job.id, jobStore });
      if (status === 'replaced') this.#parts.events.emit('job:modified', { jobId: job.id, jobStore });
    }
  }

  #newJob(draft: JobDraft): NewJob {
    const { directory, executors, tasks, now, configuration } = this.#parts;
    const { timezone, jobDefaults } = configuration();
    checkExecutor(draft.executor, executors);
    const durable = directory.store(draft.jobStore).durable;
    return newJob(draft, { timezone, jobDefaults, tasks, durable, now: now() });
  }

  #addPending(draft: JobDraft): Job {
    const known = this.#pending.findIndex((other) => isDraft(other, draft.id, draft.jobStore));
    if (known !== -1 && !draft.replaceExisting) throw new JobConflictError(draft.id);
    const job = this.#pendingHandle(draft);
    if (known !== -1) this.#pending[known] = draft;
    else this.#pending.push(draft);
    return job;
  }

  /** The job that is to be, as far as it is known. */
  #pendingHandle(draft: JobDraft): Job {
    const { timezone, jobDefaults, jobStores } = this.#parts.configuration();
    const store = jobStores[draft.jobStore];
    const context = {
      timezone,
      jobDefaults,
      tasks: this.#parts.tasks,
      durable: store !== undefined && isDurable(store),
      now: this.#parts.now(),
    };
    return this.#handle(newJob(draft, context), draft.jobStore);
  }

  #takePending(id: string, alias: string | undefined): JobDraft | undefined {
    const index = this.#pending.findIndex((draft) => isDraft(draft, id, alias));
    return index === -1 ? undefined : this.#pending.splice(index, 1)[0];
  }

  #changePatch(changes: JobChanges): JobPatch {
    const { name, executor, tags, args } = changes;
    if (name !== undefined) checkName('name', name);
    if (executor !== undefined) checkExecutor(executor, this.#parts.executors);
    return {
      ...(name === undefined ? {} : { name }),
      ...(executor === undefined ? {} : { executor }),
      ...(tags === undefined ? {} : { tags: readTags(tags) }),
      ...(args === undefined ? {} : { args: encodeArguments(args) }),
    };
  }

  async #change(id: string, alias: string | undefined, change: (job: JobRecord) => JobPatch | null): Promise<FoundJob> {
    if (!this.#parts.isOpen()) throw new JobNotFoundError(id, alias);
    return await this.#parts.directory.change(id, alias, change);
  }

  #changed(event: 'job:modified' | 'job:paused' | 'job:resumed', { job, jobStore }: FoundJob): Job {
    this.#parts.events.emit(event, { jobId: job.id, jobStore } satisfies SchedulerEvents[typeof event]);
    this.#parts.wake();
    return this.#handle(job, jobStore);
  }

  #handle(record: JobRecord | NewJob, jobStore: string): Job {
    return new Job(record, jobStore, this.#parts.actions);
  }
}

function listed<Item>(items: Item[], cursor: string | null): Listed<Item> {
  return Object.assign(items, { cursor });
}

function isDraft(draft: JobDraft, id: string, alias: string | undefined): boolean {
  return draft.id === id && (alias === undefined || draft.jobStore === alias);
}

function checkExecutor(alias: string, executors: ReadonlyMap<string, Executor>): void {
  if (executors.has(alias)) return;
  throw new SchedError(
    'unknown-executor',
    `there is no executor '${alias}'; there are ${[...executors.keys()].join(', ')}`,
  );
}

/** Runs of drafts that go to the same store in the same way, in order, each of a bounded length. */
function batchesOf(drafts: readonly JobDraft[]): JobDraft[][] {
  const batches: JobDraft[][] = [];
  for (const draft of drafts) {
    const batch = batches.at(-1);
    const [first] = batch ?? [];
    const fits = first?.jobStore === draft.jobStore && first.replaceExisting === draft.replaceExisting;
    if (batch === undefined || !fits || batch.length >= BATCH) batches.push([draft]);
    else batch.push(draft);
  }
  return batches;
}

// What can be done with jobs, over all job stores and those that are pending: the part of the scheduler people call most.
import { InvalidOptionError, JobNotFoundError, SchedError } from '../errors.ts';
import type { Executor } from '../executors/executor.ts';
import { nextFireOf } from '../jobs/bounded.ts';
import { changedDraft, checkChanges, patchOf, rescheduled } from '../jobs/changes.ts';
import { type DraftContext, type JobDraft, newJob, readTrigger } from '../jobs/draft.ts';
import { Job, type JobActions, type JobChanges } from '../jobs/job.ts';
import type { JobRecord, JobState, NewJob } from '../jobs/records.ts';
import { checkRevision } from '../jobs/revision.ts';
import { isLocalName, storable, type TaskRegistry } from '../jobs/task.ts';
import { jobMatches } from '../stores/filters.ts';
import type { JobPatch, PutResult } from '../stores/store.ts';
import { checkChangeOptions, checkIfRevision, checkPause, type IfRevision, type InStore } from './call-options.ts';
import { batchesOf, type DraftBatch } from './draft-batches.ts';
import type { EventHub } from './events.ts';
import { checkExecutor, checkReach } from './executor-check.ts';
import { type FoundJob, type JobDirectory, type Listed, listed } from './job-directory.ts';
import { type ChangeEvent, tellChanged, tellPut, tellRemoved } from './job-events.ts';
import { PendingJobs } from './pending-jobs.ts';
import { type JobQuery, jobFilter } from './queries.ts';
import { isDurable, makeExecutor } from './setup/components.ts';
import type { Configuration } from './setup/configuration.ts';

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
}

/** Operations on jobs. */
export class SchedulerJobs {
  readonly #parts: SchedulerJobsParts;
  readonly #pending = new PendingJobs();
  /** While pending jobs go into their stores. */
  #moving: Promise<unknown> | null = null;

  constructor(parts: SchedulerJobsParts) {
    this.#parts = parts;
  }

  async add(draft: JobDraft): Promise<Job> {
    const [job] = await this.addAll([draft]);
    if (job === undefined) throw new SchedError('store-failure', `job store '${draft.jobStore}' gave no answer`);
    return job;
  }

  /** Adds to the stores, or to what is pending; `onProgress` hears how many are in. */
  async addAll(drafts: Iterable<JobDraft>, onProgress?: (added: number) => void): Promise<Job[]> {
    if (!this.#parts.isOpen()) {
      const all = [...drafts];
      const jobs = all.map((draft) => this.#pendingHandle(draft));
      this.#pending.add(all);
      return jobs;
    }
    const put = await this.#putAll(drafts, onProgress);
    this.#parts.wake();
    return put.map(({ jobStore, result }) => this.#handle(result.job, jobStore));
  }

  /** Puts what is pending into the stores; when one of it is refused, all of it stays pending. */
  async addPending(): Promise<void> {
    const drafts = this.#pending.list(undefined);
    this.#moving = this.#putAll(drafts);
    try {
      await this.#moving;
      for (const draft of drafts) this.#pending.remove(draft);
    } finally {
      this.#moving = null;
    }
  }

  async modify(id: string, changes: JobChanges, which: Which): Promise<Job> {
    checkChangeOptions(which);
    const checked = checkChanges(changes);
    if (checked.fields.executor !== undefined && this.#parts.isOpen())
      checkExecutor(checked.fields.executor, this.#parts.executors);
    const { timezone } = this.#parts.configuration();
    return await this.#change(id, which, 'job:modified', {
      pending: (draft) => {
        const changed = changedDraft(draft, checked);
        this.#pendingJob(changed);
        return changed;
      },
      stored: (job) => {
        this.#checkReach({ ...job, ...checked.fields });
        return patchOf(job, checked, { timezone, now: this.#parts.now() });
      },
    });
  }

  async reschedule(id: string, trigger: unknown, options: object, which: Which): Promise<Job> {
    checkIfRevision(which.ifRevision);
    const given = readTrigger(trigger, { ...options });
    if (given === null)
      throw new InvalidOptionError('trigger', trigger, 'a trigger, or the kind of one with its options');
    const { timezone } = this.#parts.configuration();
    const now = this.#parts.now();
    const resolved = given.resolve({ timezone, now });
    return await this.#change(id, which, 'job:modified', {
      pending: (draft) => ({ ...draft, trigger: given }),
      stored: (job) => rescheduled(job, resolved, job.policies, now),
    });
  }

  async pause(id: string, which: Which & { readonly reason?: string }): Promise<Job> {
    checkPause(which);
    const note = which.reason === undefined ? null : storable(which.reason);
    return await this.#change(id, which, 'job:paused', {
      pending: (draft) => ({ ...draft, nextRunTime: null, note }),
      stored: () => ({ state: 'paused', note }),
    });
  }

  async resume(id: string, which: Which): Promise<Job> {
    checkChangeOptions(which);
    return await this.#change(id, which, 'job:resumed', {
      pending: (draft) => ({ ...draft, nextRunTime: undefined, note: null }),
      stored: (job) => {
        if (job.state === 'active') return null;
        const next = nextFireOf(job, job.policies, this.#parts.now());
        return job.state === next.state ? null : { ...next, failures: 0, note: null };
      },
    });
  }

  async remove(id: string, which: Which): Promise<void> {
    checkChangeOptions(which);
    const { jobStore: alias, ifRevision } = which;
    if (this.#moving !== null) await this.#moved();
    const draft = this.#pending.find(id, alias);
    if (draft !== undefined) {
      checkRevision(this.#pendingJob(draft), ifRevision);
      return this.#pending.remove(draft);
    }
    if (!this.#parts.isOpen()) throw new JobNotFoundError(id, alias);
    if (ifRevision !== undefined) checkRevision((await this.#parts.directory.get(id, alias)).job, ifRevision);
    const { jobStore, cancelled } = await this.#parts.directory.remove(id, alias);
    tellRemoved(this.#parts.events, [id], cancelled, jobStore);
    this.#parts.wake();
  }

  async removeAll(alias: string | undefined): Promise<void> {
    if (this.#moving !== null) await this.#moved();
    for (const draft of this.#pending.list(alias)) this.#pending.remove(draft);
    if (!this.#parts.isOpen()) return;
    for (const jobStore of this.#parts.directory.aliases(alias)) {
      const { jobIds, cancelled } = await this.#parts.directory.store(jobStore).removeJobs('all');
      tellRemoved(this.#parts.events, jobIds, cancelled, jobStore);
    }
    this.#parts.wake();
  }

  async get(id: string, alias: string | undefined): Promise<Job | null> {
    const draft = this.#pending.find(id, alias);
    if (draft !== undefined) return this.#pendingHandle(draft);
    const found = this.#parts.isOpen() ? await this.#parts.directory.find(id, alias) : null;
    return found === null ? null : this.#handle(found.job, found.jobStore);
  }

  async list({ jobStore, limit, cursor, ...query }: JobQuery): Promise<Listed<Job>> {
    const filter = jobFilter(query);
    if (!this.#parts.isOpen()) {
      const pending = this.#pending.list(jobStore).map((draft) => ({ draft, job: this.#pendingJob(draft) }));
      const found = pending.filter(({ job }) => jobMatches(job, filter));
      return listed(
        found.map(({ draft, job }) => this.#handle(job, draft.jobStore)),
        null,
      );
    }
    const page = await this.#parts.directory.page(filter, { jobStore, limit, cursor });
    const jobs = page.items.map((found) => this.#handle(found.job, found.jobStore));
    return listed(jobs, page.cursor);
  }

  /** The jobs of each store as text for people. */
  async print(alias: string | undefined): Promise<string> {
    const lines: string[] = [];
    const pending = this.#pending.list(alias);
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
  records(alias: string | undefined): AsyncGenerator<FoundJob> {
    return this.#parts.directory.records(alias);
  }

  /** Puts jobs as they are, without working anything out. */
  async import(jobs: readonly NewJob[], jobStore: string, replaceExisting: boolean): Promise<number> {
    for (const job of jobs) {
      this.#checkImportedTask(job.id, job.task, jobStore);
      this.#checkReach(job);
    }
    const results = await this.#parts.directory.put(jobStore, jobs, replaceExisting ? 'replace' : 'fail');
    tellPut(this.#parts.events, results, jobStore);
    this.#parts.wake();
    return results.filter(({ status }) => status !== 'unchanged').length;
  }

  /** Puts drafts into their stores, batch by batch; when one is refused, what was added before it is taken back. */
  async #putAll(drafts: Iterable<JobDraft>, onProgress?: (added: number) => void): Promise<PutJob[]> {
    const put: PutJob[] = [];
    try {
      for (const batch of batchesOf(drafts)) {
        for (const result of await this.#put(batch)) put.push({ jobStore: batch[0].jobStore, result });
        onProgress?.(put.length);
      }
    } catch (error) {
      await this.#takeBack(put);
      throw error;
    }
    return put;
  }

  async #put(batch: DraftBatch): Promise<PutResult[]> {
    const [{ jobStore, replaceExisting }] = batch;
    const jobs = batch.map((draft) => this.#newJob(draft));
    const results = await this.#parts.directory.put(jobStore, jobs, replaceExisting ? 'replace' : 'fail');
    tellPut(this.#parts.events, results, jobStore);
    return results;
  }

  /** Removes what a call added before it failed, so that it leaves nothing behind. */
  async #takeBack(put: readonly PutJob[]): Promise<void> {
    for (const { jobStore, result } of put) {
      if (result.status !== 'added') continue;
      try {
        const { cancelled } = await this.#parts.directory.remove(result.job.id, jobStore);
        tellRemoved(this.#parts.events, [result.job.id], cancelled, jobStore);
      } catch {
        // What made it necessary is what the caller has to hear.
      }
    }
  }

  #newJob(draft: JobDraft): NewJob {
    checkExecutor(draft.executor, this.#parts.executors);
    const job = newJob(draft, this.#context(this.#parts.directory.store(draft.jobStore).durable));
    this.#checkReach(job);
    return job;
  }

  /** The job that is to be, as far as it is known. */
  #pendingJob(draft: JobDraft): NewJob {
    const { jobStores, executors } = this.#parts.configuration();
    const store = Object.hasOwn(jobStores, draft.jobStore) ? jobStores[draft.jobStore] : undefined;
    const executor = Object.hasOwn(executors, draft.executor) ? executors[draft.executor] : undefined;
    const job = newJob(draft, this.#context(store !== undefined && isDurable(store)));
    if (executor !== undefined) checkReach(job, makeExecutor(executor), this.#parts.tasks);
    return job;
  }

  #pendingHandle(draft: JobDraft): Job {
    return this.#handle(this.#pendingJob(draft), draft.jobStore);
  }

  /** Resolves once pending jobs are in their stores, or stay pending: a change must not go to a draft on its way. */
  async #moved(): Promise<void> {
    await this.#moving?.catch(() => {});
  }

  #context(durable: boolean): DraftContext {
    const { timezone, jobDefaults } = this.#parts.configuration();
    return { timezone, jobDefaults, tasks: this.#parts.tasks, durable, now: this.#parts.now() };
  }

  async #change(id: string, which: Which, event: ChangeEvent, change: Change): Promise<Job> {
    const { jobStore: alias, ifRevision } = which;
    if (this.#moving !== null) await this.#moved();
    const draft = this.#pending.find(id, alias);
    if (draft !== undefined) {
      checkRevision(this.#pendingJob(draft), ifRevision);
      this.#pending.replace(change.pending(draft));
      return this.#pendingHandle(change.pending(draft));
    }
    if (!this.#parts.isOpen()) throw new JobNotFoundError(id, alias);
    let before: JobState = 'active';
    const { job, jobStore, isChanged } = await this.#parts.directory.change(id, alias, (found) => {
      checkRevision(found, ifRevision);
      before = found.state;
      return change.stored(found);
    });
    if (isChanged) {
      tellChanged(this.#parts.events, event, job, { jobStore, before });
      this.#parts.wake();
    }
    return this.#handle(job, jobStore);
  }

  /** A function that has no name of its own is known only to the scheduler it was handed to. */
  #checkImportedTask(id: string, task: string, jobStore: string): void {
    if (!isLocalName(task)) return;
    const { directory, tasks } = this.#parts;
    if (!directory.store(jobStore).durable && tasks.get(task) !== undefined) return;
    throw new InvalidOptionError(
      `task of job '${id}'`,
      task,
      'a task with a name: make the function one by defineTask',
    );
  }

  #checkReach(job: Pick<NewJob, 'name' | 'task' | 'executor'>): void {
    checkReach(job, this.#parts.executors.get(job.executor), this.#parts.tasks);
  }

  #handle(record: JobRecord | NewJob, jobStore: string): Job {
    return new Job(record, jobStore, this.#parts.actions);
  }
}

/** Which job a change is meant for. */
type Which = { [Option in keyof (InStore & IfRevision)]?: (InStore & IfRevision)[Option] | undefined };

/** A change, to a job that is pending or to one in its store; null = nothing to change. */
interface Change {
  readonly pending: (draft: JobDraft) => JobDraft;
  readonly stored: (job: JobRecord) => JobPatch | null;
}

/** What became of a job that was put into a store. */
interface PutJob {
  readonly jobStore: string;
  readonly result: PutResult;
}

// A job as people hold it: what it is at the moment it was asked for, and what can be done with it.
import type { InstantInput } from '../time/instant.ts';
import { triggerOf } from '../triggers/cache.ts';
import type { TriggerKind, TriggerOptionsByKind } from '../triggers/create.ts';
import { nextFireTimes } from '../triggers/fire-times.ts';
import type { Trigger } from '../triggers/trigger.ts';
import { decodeArguments } from './arguments.ts';
import { triggerOfJob } from './bounded.ts';
import type { JobSettings } from './draft.ts';
import { type PolicyOptions, policyOptions } from './policies.ts';
import type { JobRecord, JobState, NewJob } from './records.ts';
import { revisionOf } from './revision.ts';
import type { Run } from './run.ts';

/** What may be changed about a job that exists. */
export type JobChanges = Omit<JobSettings, 'id' | 'jobStore' | 'replaceExisting'> & {
  readonly args?: readonly unknown[];
  /** Another trigger, worked out from now as by `rescheduleJob`; one that says the same keeps the next run time. */
  readonly trigger?: Trigger;
};

/** Which runs to answer. */
export interface RunQuery {
  /** Only of this job. */
  readonly jobId?: string;
  /** Only from this job store. @default all of them */
  readonly jobStore?: string;
  /** Only runs in this state, or one of these. */
  readonly state?: Run['state'] | readonly Run['state'][];
  /** Bounds of the fire time, both inclusive. */
  readonly from?: InstantInput;
  readonly until?: InstantInput;
  /** At most so many. @default 1000 */
  readonly limit?: number;
  /** From the list before this one. */
  readonly cursor?: string | null;
}

/** Which fire times to make good. */
export interface BackfillOptions {
  /** Alias of the job's store. @default the first that has the job */
  readonly jobStore?: string;
  /** The first instant that may be among them. */
  readonly from: InstantInput;
  /** The last one, not after now. @default now */
  readonly to?: InstantInput;
  /** Records at most so many runs, up to 1000. @default 100 */
  readonly limit?: number;
}

/** What a backfill came to. */
export interface Backfill {
  /** The runs that were recorded, oldest fire time first; they start as the job's `maxInstances` allows. */
  readonly runs: readonly Run[];
  /** Fire times that have a run already. */
  readonly recorded: readonly Date[];
  /** The first fire time that the limit left out, to go on from; null when all of them are done. */
  readonly next: Date | null;
}

/** What a job hands on to the scheduler it came from. */
export interface JobActions {
  modifyJob(id: string, changes: JobChanges, where: { jobStore: string }): Promise<Job>;
  rescheduleJob(id: string, trigger: Trigger | TriggerKind, options: object): Promise<Job>;
  pauseJob(id: string, options: { jobStore: string; reason?: string }): Promise<Job>;
  backfill(id: string, options: BackfillOptions): Promise<Backfill>;
  resumeJob(id: string, where: { jobStore: string }): Promise<Job>;
  removeJob(id: string, where: { jobStore: string }): Promise<void>;
  runJob(id: string, options: { jobStore: string; ignoreMaxInstances?: boolean }): Promise<Run>;
  getRuns(query: RunQuery): Promise<readonly Run[]>;
}

/** A job: its values are as they were when it was asked for, and brought up to date by its own methods. */
export class Job {
  /** Alias of the job store that keeps it. */
  readonly jobStore: string;
  readonly #actions: JobActions;
  #record: JobRecord | NewJob;

  /** Made by the scheduler. */
  constructor(record: JobRecord | NewJob, jobStore: string, actions: JobActions) {
    this.#record = record;
    this.jobStore = jobStore;
    this.#actions = actions;
  }

  get id(): string {
    return this.#record.id;
  }

  get name(): string {
    return this.#record.name;
  }

  /** Name of its task. */
  get task(): string {
    return this.#record.task;
  }

  /** A copy of its arguments. */
  get args(): readonly unknown[] {
    return decodeArguments(this.#record.args);
  }

  get trigger(): Trigger {
    return triggerOf(this.#record.trigger);
  }

  /** Alias of the executor that runs it. */
  get executor(): string {
    return this.#record.executor;
  }

  get tags(): readonly string[] {
    return this.#record.tags;
  }

  /** `pending` until the scheduler has started and put it into its store. */
  get state(): JobState | 'pending' {
    return this.pending ? 'pending' : this.#record.state;
  }

  /** Not yet in its job store: the scheduler has not started. */
  get pending(): boolean {
    return !('version' in this.#record);
  }

  /** When it fires next; null while it is paused and when it has finished. */
  get nextRunTime(): Date | null {
    const { nextFireAt, state } = this.#record;
    return nextFireAt === null || state !== 'active' ? null : new Date(nextFireAt);
  }

  /** The newest fire time that was recorded; null before the first. */
  get lastRunTime(): Date | null {
    return 'lastFireAt' in this.#record && this.#record.lastFireAt !== null ? new Date(this.#record.lastFireAt) : null;
  }

  /** Why it was set aside, or the reason given when it was paused; null otherwise. */
  get note(): string | null {
    return 'note' in this.#record ? this.#record.note : null;
  }

  /**
   * Changes when somebody changes, pauses or resumes the job, never when it fires: hand it in as `ifRevision` with a change
   * that rests on what the job is now.
   */
  get revision(): string {
    return revisionOf(this.#record);
  }

  /** Its policies, durations in seconds. */
  get policies(): Required<PolicyOptions> {
    return policyOptions(this.#record.policies);
  }

  /** Its next fire times after now, at most `count`; none while it is paused. */
  nextFireTimes(count: number): Date[] {
    const next = this.nextRunTime;
    if (next === null || count < 1) return [];
    return [next, ...nextFireTimes(triggerOfJob(this.#record), { from: next, count: count - 1 })];
  }

  /** Changes what it runs with; the trigger stays. */
  async modify(changes: JobChanges): Promise<this> {
    return this.#becomes(await this.#actions.modifyJob(this.id, changes, this.#where));
  }

  /** Gives it another trigger, worked out from now; a paused job stays paused. */
  async reschedule<Kind extends TriggerKind>(
    trigger: Trigger | Kind,
    options: TriggerOptionsByKind[Kind] | object = {},
  ): Promise<this> {
    return this.#becomes(await this.#actions.rescheduleJob(this.id, trigger, { ...options, ...this.#where }));
  }

  /** Stops it from firing until it is resumed; `reason` is shown as its note. */
  async pause(options: { readonly reason?: string } = {}): Promise<this> {
    return this.#becomes(await this.#actions.pauseJob(this.id, { ...options, ...this.#where }));
  }

  /** Lets it fire again, from now on; what it missed while paused is not made good. */
  async resume(): Promise<this> {
    return this.#becomes(await this.#actions.resumeJob(this.id, this.#where));
  }

  async remove(): Promise<void> {
    await this.#actions.removeJob(this.id, this.#where);
  }

  /** Runs it now, besides what its trigger says. Resolves when the run is recorded. */
  async run(options: { readonly ignoreMaxInstances?: boolean } = {}): Promise<Run> {
    return await this.#actions.runJob(this.id, { ...options, ...this.#where });
  }

  /** Records runs for fire times in the past, each once; says which. */
  async backfill(options: Omit<BackfillOptions, 'jobStore'>): Promise<Backfill> {
    return await this.#actions.backfill(this.id, { ...options, ...this.#where });
  }

  /** Its runs, newest first. */
  async runs(query: Omit<RunQuery, 'jobId' | 'jobStore'> = {}): Promise<readonly Run[]> {
    return await this.#actions.getRuns({ ...query, jobId: this.id, ...this.#where });
  }

  /** `report (trigger: cron[hour='9'], next run at: 2026-11-23T09:00:00.000Z)` */
  toString(): string {
    const next = this.nextRunTime;
    if (this.state === 'broken') return `${this.name} (set aside: ${this.note})`;
    return `${this.name} (trigger: ${this.trigger}, ${next === null ? this.state : `next run at: ${next.toISOString()}`})`;
  }

  /** What `JSON.stringify(job)` shows: plain data, without the arguments, which JSON may not be able to say. */
  toJSON(): object {
    const { id, name, task, jobStore, executor, tags, state, nextRunTime, lastRunTime, note, policies } = this;
    return {
      id,
      name,
      task,
      jobStore,
      executor,
      tags,
      state,
      nextRunTime,
      lastRunTime,
      note,
      policies,
      trigger: this.#record.trigger,
    };
  }

  get #where(): { jobStore: string } {
    return { jobStore: this.jobStore };
  }

  #becomes(job: Job): this {
    this.#record = job.#record;
    return this;
  }
}

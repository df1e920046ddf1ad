// A job that a decorator declared: what `@nestjs/schedule` does at once with a timer, done with a job in its store.
import {
  type AnySchedulerEvent,
  InvalidOptionError,
  InvalidTriggerError,
  isTrigger,
  type Job,
  type JobEvent,
  nextFireTimes,
  type PolicyOptions,
  type Scheduler,
  type SchedulerEventName,
  type Task,
  type Timer,
  type Trigger,
  type TriggerKind,
} from '@sched/core';
import { DateTime } from 'luxon';
import type { CronJob, CronTimeLike } from './cron-job.ts';
import type { JobPlan } from './plan.ts';
import { type CronSource, cronTrigger } from './when.ts';

/** The note of a job that code paused: the next start of the application undoes it, unlike a pause by anybody else. */
const PAUSED_BY_CODE = 'stopped by the application';

/** After these events of its own, a job fires no more. */
export const ENDS: readonly string[] = ['job:paused', 'job:removed', 'job:finished'] satisfies SchedulerEventName[];

/** What is known of a job: whether it fires, was stopped or set aside, or has no fire time left. */
type Standing = 'started' | 'stopped' | 'finished';

/** A switch for one job. Callers of it do not wait: its changes follow one another, and what fails is reported. */
export class DeclaredJob implements CronJob {
  readonly plan: JobPlan;
  readonly #scheduler: Scheduler;
  readonly #task: Task;
  readonly #report: (error: unknown) => void;
  #trigger: Trigger | TriggerKind;
  #cronTime: CronTimeLike | null;
  /** As the job has them, which means as dates. */
  #bounds: Pick<PolicyOptions, 'startDate' | 'endDate'> = {};
  #isAdded = false;
  #standing: Standing;
  #lastRunTime: Date | null = null;
  readonly #running = new Set<string>();
  #delay: Timer | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(plan: JobPlan, task: Task, scheduler: Scheduler, report: (error: unknown) => void) {
    this.plan = plan;
    this.#scheduler = scheduler;
    this.#task = task;
    this.#report = report;
    this.#standing = plan.isDisabled ? 'stopped' : 'started';
    this.#trigger = plan.trigger;
    this.#cronTime = plan.cronTime;
  }

  get name(): string {
    return this.plan.id;
  }

  get cronTime(): CronTimeLike {
    return this.#cronTime ?? { source: this.#trigger };
  }

  get isActive(): boolean {
    return this.isStarted && this.#isAdded;
  }

  get running(): boolean {
    return this.isActive;
  }

  /** Whether it fires, or will once its initial delay is over. */
  get isStarted(): boolean {
    return this.#standing === 'started';
  }

  /** Whether the process may not end yet because of it. */
  get holdsProcess(): boolean {
    return this.isStarted && this.plan.holdsProcess;
  }

  get isCallbackRunning(): boolean {
    return this.#running.size > 0;
  }

  lastDate(): Date | null {
    return this.#lastRunTime;
  }

  nextDate(): DateTime {
    const [next] = this.nextDates(1);
    if (next !== undefined) return next;
    throw new InvalidTriggerError('trigger', `${this.#trigger}`, 'one that has a fire time left');
  }

  nextDates(count = 0): DateTime[] {
    // It is a kind until the job is added, which is done at once.
    if (this.#standing === 'finished' || !isTrigger(this.#trigger)) return [];
    const { clock, configuration } = this.#scheduler;
    const now = clock.now();
    const trigger = this.#trigger.resolve({ timezone: configuration.timezone, now });
    const { timezone = configuration.timezone } = trigger.toJSON().options;
    const { startDate, endDate } = this.#bounds;
    const from = Math.max(now, Number(startDate ?? 0) - 1);
    const times = nextFireTimes(trigger, { from, count, ...(endDate ? { until: endDate } : {}) });
    return times.map((time) => DateTime.fromJSDate(time, { zone: String(timezone) }));
  }

  /** Adds it, unless its initial delay is yet to pass: until then this process takes no part in it. */
  async declare(): Promise<void> {
    if (this.plan.isDisabled || this.plan.initialDelayMs === 0) this.#take(await this.#add());
  }

  /** Takes it as the store has it after a start, and brings it in line with the code, but for a pause by others. */
  async settle(job: Job): Promise<void> {
    const { id, jobStore, state, note } = job;
    const { isStarted } = this;
    this.#lastRunTime = job.lastRunTime;
    this.#take(job);
    if (state !== 'active' && state !== 'paused') return;
    const isByCode = note === PAUSED_BY_CODE;
    if (!isStarted && !isByCode) await this.#scheduler.pauseJob(id, { jobStore, reason: PAUSED_BY_CODE });
    if (isStarted && isByCode) await this.#scheduler.resumeJob(id, { jobStore });
  }

  /** Begins to count the initial delay. */
  begin(): void {
    if (this.#isAdded || !this.isStarted) return;
    this.#delay = this.#scheduler.clock.setTimer(this.plan.initialDelayMs, () => this.start());
  }

  start(): void {
    this.end();
    this.#standing = 'started';
    void this.#next(async () => {
      if (this.#isAdded) this.#take(await this.#scheduler.resumeJob(this.name, this.#where));
      else await this.settle(await this.#add());
    });
  }

  async stop(): Promise<void> {
    this.end();
    this.#standing = 'stopped';
    await this.#change(() => this.#scheduler.pauseJob(this.name, { ...this.#where, reason: PAUSED_BY_CODE }));
  }

  setTime(time: CronSource | CronTimeLike): void {
    const cronTime = isCronTime(time) ? time : { ...this.cronTime, source: time };
    const trigger = isTrigger(cronTime.source) ? cronTime.source : cronTrigger(cronTime.source, cronTime);
    this.#cronTime = cronTime;
    this.#trigger = trigger;
    if (this.#standing === 'finished') this.#standing = 'started';
    void this.#change(() => this.#scheduler.rescheduleJob(this.name, trigger, this.#where));
  }

  remove(): void {
    this.end();
    this.#standing = 'stopped';
    void this.#change(async () => {
      this.#isAdded = false;
      await this.#scheduler.removeJob(this.name, this.#where);
    });
  }

  addCallback(callback: unknown): never {
    const expected = 'no further callback: a job runs one method; decorate another one';
    throw new InvalidOptionError('callback', callback, expected);
  }

  async fireOnTick(): Promise<void> {
    await this.#next(() => this.#scheduler.runJob(this.name, this.#where));
  }

  /** Ends what waits in this process; the job stays as it is. */
  end(): void {
    this.#delay?.cancel();
    this.#delay = null;
  }

  /** Whether this is its row, or what happens to it: a job store may have an older one of its id. */
  is({ jobId, jobStore }: JobEvent): boolean {
    return jobId === this.name && jobStore === this.plan.jobStore;
  }

  /** Takes note of what happens to it. */
  async heard(event: AnySchedulerEvent): Promise<void> {
    if ('run' in event) {
      const { id, state, startedAt } = event.run;
      if (state !== 'running') return void this.#running.delete(id);
      this.#running.add(id);
      this.#lastRunTime = startedAt;
    } else if (event.type === 'job:resumed') this.#standing = 'started';
    else if (event.type === 'job:finished') this.#standing = 'finished';
    else if (ENDS.includes(event.type)) this.#standing = 'stopped';
    else if (event.type === 'job:modified' && this.#scheduler.state !== 'starting')
      await this.#change(() => this.#look());
  }

  get #where(): { readonly jobStore: string } {
    return { jobStore: this.plan.jobStore };
  }

  async #add(): Promise<Job> {
    const job = await this.#scheduler.addJob(this.#task, this.#trigger as Trigger, this.plan.options);
    this.#isAdded = true;
    return job;
  }

  async #look(): Promise<void> {
    const job = await this.#scheduler.getJob(this.name, this.#where);
    if (job !== null) this.#take(job);
  }

  #take({ trigger, policies, state, pending }: Job): void {
    this.#trigger = trigger;
    this.#bounds = policies;
    if (pending) return;
    this.#standing = state === 'active' ? 'started' : state === 'finished' ? 'finished' : 'stopped';
  }

  /** Changes the job once it is there; until then it will be added as it is by then. */
  #change(change: () => Promise<unknown>): Promise<void> {
    return this.#next(async () => {
      if (this.#isAdded) await change();
    });
  }

  /** After all that was asked for before. A scheduler that has shut down needs nothing to be stopped any more. */
  #next(change: () => Promise<unknown>): Promise<void> {
    const done = this.#last.then(async () => {
      if (this.#scheduler.state === 'stopping' || this.#scheduler.state === 'shutdown') return;
      try {
        await change();
      } catch (error) {
        this.#report(error);
      }
    });
    this.#last = done;
    return done;
  }
}

function isCronTime(time: unknown): time is CronTimeLike {
  return typeof time === 'object' && time !== null && 'source' in time;
}

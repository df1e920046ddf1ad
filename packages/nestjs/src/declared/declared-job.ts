// A job that a decorator declared: what `@nestjs/schedule` does at once with a timer, done with a job in its store.
import type {
  AnySchedulerEvent,
  Job,
  JobEvent,
  Scheduler,
  SchedulerEventName,
  Task,
  Timer,
  Trigger,
} from '@sched/core';
import type { JobPlan } from './plan.ts';

/** The note of a job that code paused: the next start of the application undoes it, unlike a pause by anybody else. */
const PAUSED_BY_CODE = 'stopped by the application';

/** After these events of its own, a job fires no more. */
export const ENDS: readonly string[] = ['job:paused', 'job:removed', 'job:finished'] satisfies SchedulerEventName[];

/** A switch for one job. Callers of it do not wait: its changes follow one another, and what fails is reported. */
export class DeclaredJob {
  readonly plan: JobPlan;
  readonly scheduler: Scheduler;
  readonly #task: Task;
  readonly #report: (error: unknown) => void;
  #trigger: Trigger;
  #isAdded = false;
  #isStarted: boolean;
  #lastRunTime: Date | null = null;
  readonly #running = new Set<string>();
  #delay: Timer | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(plan: JobPlan, task: Task, scheduler: Scheduler, report: (error: unknown) => void) {
    this.plan = plan;
    this.scheduler = scheduler;
    this.#task = task;
    this.#report = report;
    this.#isStarted = !plan.isDisabled;
    this.#trigger = plan.trigger;
  }

  get id(): string {
    return this.plan.id;
  }

  /** Whether it fires, as far as this process knows. */
  get isActive(): boolean {
    return this.#isStarted && this.#isAdded;
  }

  /** Whether it fires, or will once its initial delay is over. */
  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Whether this process executes a run of it. */
  get isRunning(): boolean {
    return this.#running.size > 0;
  }

  /** When this process last saw it run; null if it never did. */
  get lastRunTime(): Date | null {
    return this.#lastRunTime;
  }

  /** When it fires, with everything filled in. */
  get trigger(): Trigger {
    const { scheduler } = this;
    return this.#trigger.resolve({ timezone: scheduler.configuration.timezone, now: scheduler.clock.now() });
  }

  /** Adds it, unless its initial delay is yet to pass: until then this process takes no part in it. */
  async declare(): Promise<void> {
    if (this.plan.isDisabled || this.plan.initialDelayMs === 0) await this.#add();
  }

  /** Takes it as the store has it after a start, and brings it in line with the code, but for a pause by others. */
  async settle(job: Job): Promise<void> {
    const { id, jobStore, state, note } = job;
    this.#trigger = job.trigger;
    this.#lastRunTime = job.lastRunTime;
    if (state === 'finished') this.#isStarted = false;
    if (state !== 'active' && state !== 'paused') return;
    if (!this.#isStarted && note !== PAUSED_BY_CODE)
      await this.scheduler.pauseJob(id, { jobStore, reason: PAUSED_BY_CODE });
    if (!this.#isStarted || state === 'active') return;
    if (note === PAUSED_BY_CODE) await this.scheduler.resumeJob(id, { jobStore });
    else this.#isStarted = false;
  }

  /** Begins to count the initial delay. */
  begin(): void {
    const { isDisabled, initialDelayMs } = this.plan;
    if (isDisabled || this.#isAdded || !this.#isStarted) return;
    this.#delay = this.scheduler.clock.setTimer(initialDelayMs, () => this.start());
  }

  start(): void {
    this.end();
    this.#isStarted = true;
    if (this.#isAdded) void this.#next(() => this.scheduler.resumeJob(this.id, this.#where));
    else void this.#next(async () => this.settle(await this.#add()));
  }

  async stop(): Promise<void> {
    this.end();
    this.#isStarted = false;
    if (this.#isAdded)
      await this.#next(() => this.scheduler.pauseJob(this.id, { ...this.#where, reason: PAUSED_BY_CODE }));
  }

  reschedule(trigger: Trigger): void {
    this.#trigger = trigger;
    if (this.#isAdded) void this.#next(() => this.scheduler.rescheduleJob(this.id, trigger, this.#where));
  }

  remove(): void {
    this.end();
    this.#isStarted = false;
    if (!this.#isAdded) return;
    this.#isAdded = false;
    void this.#next(() => this.scheduler.removeJob(this.id, this.#where));
  }

  /** Runs it now; resolves when the run is recorded. */
  async run(): Promise<void> {
    await this.#next(() => this.scheduler.runJob(this.id, this.#where));
  }

  /** Ends what waits in this process; the job stays as it is. */
  end(): void {
    this.#delay?.cancel();
    this.#delay = null;
  }

  /** Whether this is its row, or what happens to it: a job store may have an older one of its id. */
  is({ jobId, jobStore }: JobEvent): boolean {
    return jobId === this.id && jobStore === this.plan.jobStore;
  }

  /** Takes note of what happens to it. */
  heard(event: AnySchedulerEvent): void {
    if (event.type === 'run:started') {
      this.#lastRunTime = event.run.startedAt;
      this.#running.add(event.run.id);
    } else if ('run' in event) this.#running.delete(event.run.id);
    else if (event.type === 'job:resumed') this.#isStarted = true;
    else if (ENDS.includes(event.type)) this.#isStarted = false;
  }

  get #where(): { readonly jobStore: string } {
    return { jobStore: this.plan.jobStore };
  }

  async #add(): Promise<Job> {
    this.#isAdded = true;
    return await this.scheduler.addJob(this.#task, this.#trigger, this.plan.options);
  }

  /** After all that was asked for before. A scheduler that has shut down needs nothing to be stopped any more. */
  #next(change: () => Promise<unknown>): Promise<void> {
    const done = this.#last.then(async () => {
      if (this.scheduler.state === 'stopping' || this.scheduler.state === 'shutdown') return;
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

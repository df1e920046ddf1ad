// One scheduler of the application, from its configuration to its end.
import { Logger } from '@nestjs/common';
import { BackgroundScheduler } from '@sched/background';
import { type AnySchedulerEvent, holdProcess, InvalidOptionError, type Job, parseConfiguration } from '@sched/core';
import { type DeclaredJob, ENDS } from './declared/declared-job.ts';
import { declaredTag, OVERLAPPING_RUNS, type PlanContext, PROCESS_STORE } from './declared/plan.ts';
import { logRuns, toNestLogger } from './nest/logger.ts';
import { type ModuleOptions, type ScheduleModuleOptions, splitOptions } from './options.ts';

/** A scheduler with what the module knows about it. */
export class NamedScheduler {
  readonly name: string;
  readonly logger = new Logger('Scheduler');
  readonly scheduler: BackgroundScheduler;
  /** What was declared of it, by id. Null: it is known, but switched off here. */
  readonly declared = new Map<string, DeclaredJob | null>();
  readonly #tag: string;
  #options: ModuleOptions = {};
  #isConfigured = false;
  #overlappingRuns = OVERLAPPING_RUNS;
  /** Jobs that no decorator declares, while they are scheduled, as far as this process knows. */
  readonly #others = new Set<string>();
  #isFiring = false;
  #release: (() => void) | null = null;
  #starting: Promise<void> | null = null;

  constructor(name: string) {
    this.name = name;
    this.#tag = declaredTag(name);
    this.scheduler = new BackgroundScheduler({
      // As cron expressions are understood by @nestjs/schedule.
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      jobStores: { [PROCESS_STORE]: { type: 'memory' } },
      executors: { default: { type: 'local', maxWorkers: 100 } },
      logger: toNestLogger(this.logger),
    });
    logRuns(this.scheduler, this.logger);
  }

  /** The module's part of the options. */
  get options(): ModuleOptions {
    return this.#options;
  }

  /** What its options say about the jobs that decorators declare for it. */
  get planContext(): Omit<PlanContext, 'unnamed'> {
    return { now: this.scheduler.clock.now(), tag: this.#tag, overlappingRuns: this.#overlappingRuns };
  }

  /** Takes its options. A module that is imported again without any means the same scheduler. @throws InvalidOptionError */
  configure(options: ScheduleModuleOptions): this {
    const { module, scheduler } = splitOptions(options);
    if (Object.keys(options).length === 0) return this;
    if (this.#isConfigured) {
      const expected = `one that is not taken: scheduler '${this.name}' has options already`;
      throw new InvalidOptionError('name', this.name, expected);
    }
    this.#isConfigured = true;
    this.#options = module;
    this.scheduler.configure(scheduler);
    const { configuration } = this.scheduler;
    const jobDefaults = { ...configuration.jobDefaults, maxInstances: OVERLAPPING_RUNS };
    this.#overlappingRuns = parseConfiguration(scheduler, { ...configuration, jobDefaults }).jobDefaults.maxInstances;
    return this;
  }

  /** Opens the stores, brings the declared jobs in line with the code, and begins to fire. */
  async start(): Promise<void> {
    this.#starting ??= this.#start();
    await this.#starting;
  }

  /** Lets runs come to their end and closes everything. */
  async close(): Promise<void> {
    await this.#starting?.catch(() => {});
    for (const job of this.declared.values()) job?.end();
    const { shutdownTimeout } = this.#options;
    await this.scheduler.shutdown(shutdownTimeout === undefined ? {} : { timeout: shutdownTimeout });
    this.#isFiring = false;
    this.#hold();
  }

  async #start(): Promise<void> {
    const { scheduler } = this;
    scheduler.on('*', (event) => this.#heard(event));
    await scheduler.start({ paused: true, waitForStores: this.#options.waitForStores ?? false });
    try {
      await this.#settle();
    } catch (error) {
      await scheduler.shutdown({ wait: false });
      throw error;
    }
    for (const job of this.declared.values()) job?.begin();
    this.#isFiring = true;
    this.#hold();
    if (this.#options.paused !== true) await scheduler.resume();
  }

  async #heard(event: AnySchedulerEvent): Promise<void> {
    if (!('jobId' in event)) return;
    const { type, jobId } = event;
    const declared = this.declared.get(jobId);
    if (declared?.is(event) === true) await declared.heard(event);
    else if (type === 'job:added' || type === 'job:resumed') this.#others.add(jobId);
    else if (ENDS.includes(type)) this.#others.delete(jobId);
    if (type.startsWith('job:')) this.#hold();
  }

  /** Keeps the process alive while a job is scheduled, as timers of `@nestjs/schedule` do; the scheduler itself does not. */
  #hold(): void {
    const isNeeded =
      this.#isFiring && (this.#others.size > 0 || [...this.declared.values()].some((job) => job?.holdsProcess));
    if (isNeeded === (this.#release !== null)) return;
    this.#release?.();
    this.#release = isNeeded ? holdProcess(this.scheduler.clock) : null;
  }

  /** Looks through what decorators of this version or an earlier one left in the stores. */
  async #settle(): Promise<void> {
    for (const job of await this.#declaredRows()) {
      const declared = this.declared.get(job.id);
      // Switched off here: another process sees to it.
      if (declared === null) continue;
      const settled = declared?.is({ jobId: job.id, jobStore: job.jobStore }) === true;
      await unlessGone(settled ? declared.settle(job) : this.#orphan(job));
    }
  }

  /** All of them at once: what is done to a job may move it to another page. */
  async #declaredRows(): Promise<Job[]> {
    const jobs: Job[] = [];
    let cursor: string | null = null;
    do {
      const page = await this.scheduler.getJobs({ tags: [this.#tag], cursor });
      jobs.push(...page);
      cursor = page.cursor;
    } while (cursor !== null);
    return jobs;
  }

  async #orphan(job: Job): Promise<void> {
    if (this.#options.removeOrphans === true) {
      await job.remove();
      this.logger.warn(`job '${job.id}' was removed: no decorator declares it`);
      return;
    }
    const advice = 'this process does not run it; scheduler.removeJob() or the option removeOrphans removes it';
    this.logger.warn(`job '${job.id}' is in store '${job.jobStore}', but no decorator declares it: ${advice}`);
  }
}

/** Another process that starts at the same time may have removed the job. */
async function unlessGone(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'job-not-found')) throw error;
  }
}

// One scheduler of the application, from its configuration to its end.
import type { Logger } from '@nestjs/common';
import { BackgroundScheduler } from '@sched/background';
import {
  type AnySchedulerEvent,
  defineTask,
  holdProcess,
  InvalidOptionError,
  type Job,
  parseConfiguration,
} from '@sched/core';
import type { JobKind } from './declarations.ts';
import { DeclaredJob, ENDS } from './declared/declared-job.ts';
import { declaredTag, OVERLAPPING_RUNS, PROCESS_STORE, planJob, type ResolvedDeclaration } from './declared/plan.ts';
import type { Caller } from './nest/callers.ts';
import { type ModuleOptions, type ScheduleModuleOptions, splitOptions } from './options.ts';

/** Which switch of the module turns a kind of decorator off. */
const SWITCHES: Readonly<Partial<Record<JobKind, keyof ModuleOptions>>> = {
  Cron: 'cronJobs',
  Interval: 'intervals',
  Timeout: 'timeouts',
};

/** A scheduler with what the module knows about it. */
export class NamedScheduler {
  readonly scheduler: BackgroundScheduler;
  readonly #name: string;
  readonly #tag: string;
  readonly #logger: Logger;
  #options: ModuleOptions | null = null;
  #overlappingRuns = OVERLAPPING_RUNS;
  /** What was declared of it, by id. Null: it is known, but switched off here. */
  readonly #declared = new Map<string, DeclaredJob | null>();
  /** Jobs that no decorator declares, while they are scheduled, as far as this process knows. */
  readonly #others = new Set<string>();
  #starting: Promise<void> | null = null;
  #isFiring = false;
  #release: (() => void) | null = null;

  constructor(name: string, logger: Logger) {
    this.#name = name;
    this.#tag = declaredTag(name);
    this.#logger = logger;
    // Nest's log says itself where its lines come from.
    const text = (message: string) => message.replace(/^\[sched\] /, '');
    this.scheduler = new BackgroundScheduler({
      // As cron expressions are understood by @nestjs/schedule.
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      jobStores: { [PROCESS_STORE]: { type: 'memory' } },
      executors: { default: { type: 'local', maxWorkers: 100 } },
      logger: { warn: (message) => logger.warn(text(message)), error: (message) => logger.error(text(message)) },
    });
    this.scheduler.on('*', (event) => this.#heard(event));
  }

  /** The module's part of the options. */
  get options(): ModuleOptions {
    return this.#options ?? {};
  }

  /** Takes its options. A module that is imported again without any means the same scheduler. @throws InvalidOptionError */
  configure(options: ScheduleModuleOptions): this {
    const { module, scheduler } = splitOptions(options);
    if (Object.keys(options).length === 0) return this;
    if (this.#options !== null) {
      const expected = `one that is not taken: scheduler '${this.#name}' has options already`;
      throw new InvalidOptionError('name', this.#name, expected);
    }
    this.#options = module;
    this.scheduler.configure(scheduler);
    const { configuration } = this.scheduler;
    const jobDefaults = { ...configuration.jobDefaults, maxInstances: OVERLAPPING_RUNS };
    this.#overlappingRuns = parseConfiguration(scheduler, { ...configuration, jobDefaults }).jobDefaults.maxInstances;
    return this;
  }

  /** Declares a job, which calls a method. Null: its kind of decorator is switched off. @throws InvalidOptionError */
  async declare(id: string, declaration: ResolvedDeclaration, run: Caller): Promise<DeclaredJob | null> {
    const { scheduler } = this;
    this.#declared.set(id, null);
    const off = SWITCHES[declaration.kind];
    if (off !== undefined && this.options[off] === false) return null;
    const context = { now: scheduler.clock.now(), tag: this.#tag, overlappingRuns: this.#overlappingRuns };
    const plan = planJob(id, declaration, context);
    const job = new DeclaredJob(plan, defineTask(plan.task, run), scheduler, (error) => this.#logger.error(error));
    await job.declare();
    this.#declared.set(id, job);
    return job;
  }

  /** Opens the stores, brings the declared jobs in line with the code, and begins to fire. */
  async start(): Promise<void> {
    this.#starting = this.#start();
    await this.#starting;
  }

  /** Lets runs come to their end and closes everything. */
  async close(): Promise<void> {
    await this.#starting?.catch(() => {});
    for (const job of this.#declared.values()) job?.end();
    const { shutdownTimeout } = this.options;
    await this.scheduler.shutdown(shutdownTimeout === undefined ? {} : { timeout: shutdownTimeout });
    this.#isFiring = false;
    this.#hold();
  }

  async #start(): Promise<void> {
    const { scheduler } = this;
    await scheduler.start({ paused: true, waitForStores: this.options.waitForStores ?? false });
    try {
      await this.#settle();
    } catch (error) {
      await scheduler.shutdown({ wait: false });
      throw error;
    }
    for (const job of this.#declared.values()) job?.begin();
    this.#isFiring = true;
    this.#hold();
    if (this.options.paused !== true) await scheduler.resume();
  }

  async #heard(event: AnySchedulerEvent): Promise<void> {
    if (!('jobId' in event)) return;
    const { type, jobId } = event;
    // What a run says by `currentRun().log(…)`, unless logging is off.
    if (type === 'run:log' && this.scheduler.configuration.logger !== null) {
      this.#logger.log(`${jobId}: ${event.message}`);
    }
    const declared = this.#declared.get(jobId);
    if (declared?.is(event) === true) await declared.heard(event);
    else if (type === 'job:added' || type === 'job:resumed') this.#others.add(jobId);
    else if (ENDS.includes(type)) this.#others.delete(jobId);
    if (type.startsWith('job:')) this.#hold();
  }

  /** Keeps the process alive while a job is scheduled, as timers of `@nestjs/schedule` do; the scheduler itself does not. */
  #hold(): void {
    const holds = () => this.#others.size > 0 || [...this.#declared.values()].some((job) => job?.holdsProcess);
    const isNeeded = this.#isFiring && holds();
    if (isNeeded === (this.#release !== null)) return;
    this.#release?.();
    this.#release = isNeeded ? holdProcess(this.scheduler.clock) : null;
  }

  /** Looks through what decorators of this version or an earlier one left in the stores. */
  async #settle(): Promise<void> {
    for (const job of await this.#declaredRows()) {
      const declared = this.#declared.get(job.id);
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
    if (this.options.removeOrphans === true) {
      await job.remove();
      this.#logger.warn(`job '${job.id}' was removed: no decorator declares it`);
      return;
    }
    const advice = 'this process does not run it; scheduler.removeJob() or the option removeOrphans removes it';
    this.#logger.warn(`job '${job.id}' is in store '${job.jobStore}', but no decorator declares it: ${advice}`);
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

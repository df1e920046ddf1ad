// The jobs and timers of this process by name, with the answers of the registry of `@nestjs/schedule`.
import { InvalidOptionError, SchedError } from '@sched/core';
import type { CronJob } from './declared/cron-job.ts';

/** What a registry has names for. */
export type RegistryKind = 'cron' | 'interval' | 'timeout';

/** Something under a name. */
export interface RegistryEntry {
  readonly value: unknown;
  /** Ends it for good. */
  readonly remove: () => void;
  /** Whether it was handed in, and so ends with the application. */
  readonly isForeign: boolean;
}

/** What stands in a registry; the module writes into it too. */
export type RegistryEntries = { readonly [Kind in RegistryKind]: Map<string, RegistryEntry> };

/** A cron job of another library: a `CronJob` of the package `cron`. */
export interface ForeignCronJob {
  start(): unknown;
  stop(): unknown;
}

const TITLES = { cron: 'Cron Job', interval: 'Interval', timeout: 'Timeout' } as const;

/**
 * The cron jobs, intervals and timeouts that decorators declared or the application handed in, by name. Those of a
 * `@ScheduledJob` stand among the cron jobs. What others added to a store it does not know: ask the scheduler.
 */
export class SchedulerRegistry {
  readonly #entries: RegistryEntries;
  readonly #report: (error: unknown) => void;

  /** Made by the module. */
  constructor(entries: RegistryEntries, report: (error: unknown) => void) {
    this.#entries = entries;
    this.#report = report;
  }

  doesExist(type: RegistryKind, name: string): boolean {
    return Object.hasOwn(this.#entries, type) && this.#entries[type].has(name);
  }

  /**
   * The cron job of this name. One that was handed in is answered as it is, and may be annotated so:
   * `const job: CronJob = registry.getCronJob('report')`.
   *
   * @throws SchedError `job-not-found`
   */
  getCronJob<Answer = CronJob>(name: string): Answer {
    return this.#get('cron', name).value as Answer;
  }

  /** The cron jobs by name; a copy. */
  getCronJobs<Answer = CronJob>(): Map<string, Answer> {
    return new Map([...this.#entries.cron].map(([name, { value }]) => [name, value as Answer]));
  }

  /**
   * Takes a `CronJob` of the package `cron`. It goes by its own timers, in each process by itself, and is stopped when the
   * application closes; what it throws is logged. A job that stays is a method with a decorator, or `scheduler.addJob`.
   *
   * @throws SchedError `job-conflict` if the name is taken; InvalidOptionError if it cannot be started and stopped.
   */
  addCronJob(name: string, job: ForeignCronJob): void {
    if (typeof job?.start !== 'function' || typeof job.stop !== 'function') {
      throw new InvalidOptionError('job', job, 'a CronJob of the package cron');
    }
    this.#add('cron', name, job, () => void job.stop());
    this.#guard(job);
  }

  /** Ends a cron job and removes it; one that a decorator declared is back when the application starts anew. @throws SchedError `job-not-found` */
  deleteCronJob(name: string): void {
    this.#delete('cron', name);
  }

  /** The timer of this name; `clearInterval` stops the job of a declared one. @throws SchedError `job-not-found` */
  getInterval<Answer = NodeJS.Timeout>(name: string): Answer {
    return this.#get('interval', name).value as Answer;
  }

  getIntervals(): string[] {
    return [...this.#entries.interval.keys()];
  }

  /** Takes what `setInterval` gave; it is cleared when the application closes. @throws SchedError `job-conflict` */
  addInterval<Given = unknown>(name: string, intervalId: Given): void {
    this.#add('interval', name, intervalId, () => clearInterval(intervalId as NodeJS.Timeout));
  }

  /** Ends an interval and removes it, as {@link SchedulerRegistry.deleteCronJob} does. @throws SchedError `job-not-found` */
  deleteInterval(name: string): void {
    this.#delete('interval', name);
  }

  /** The timer of this name; `clearTimeout` stops the job of a declared one. @throws SchedError `job-not-found` */
  getTimeout<Answer = NodeJS.Timeout>(name: string): Answer {
    return this.#get('timeout', name).value as Answer;
  }

  getTimeouts(): string[] {
    return [...this.#entries.timeout.keys()];
  }

  /** Takes what `setTimeout` gave; it is cleared when the application closes. @throws SchedError `job-conflict` */
  addTimeout<Given = unknown>(name: string, timeoutId: Given): void {
    this.#add('timeout', name, timeoutId, () => clearTimeout(timeoutId as NodeJS.Timeout));
  }

  /** Ends a timeout and removes it, as {@link SchedulerRegistry.deleteCronJob} does. @throws SchedError `job-not-found` */
  deleteTimeout(name: string): void {
    this.#delete('timeout', name);
  }

  #get(kind: RegistryKind, name: string): RegistryEntry {
    const entry = this.#entries[kind].get(name);
    if (entry !== undefined) return entry;
    const advice = 'Check that you created one with a decorator or with the create API.';
    throw new SchedError('job-not-found', `No ${TITLES[kind]} was found with the given name (${name}). ${advice}`);
  }

  #add(kind: RegistryKind, name: string, value: unknown, remove: () => void): void {
    if (this.#entries[kind].has(name)) {
      throw new SchedError('job-conflict', `${TITLES[kind]} with the given name (${name}) already exists. Ignored.`);
    }
    this.#entries[kind].set(name, { value, remove, isForeign: true });
  }

  #delete(kind: RegistryKind, name: string): void {
    this.#get(kind, name).remove();
    this.#entries[kind].delete(name);
  }

  /** Reports what a job throws: in `cron` before version 4 it would end the process. */
  #guard(job: ForeignCronJob & { fireOnTick?: unknown }): void {
    const { fireOnTick } = job;
    if (typeof fireOnTick !== 'function') return;
    job.fireOnTick = async (...args: unknown[]) => {
      try {
        await Reflect.apply(fireOnTick, job, args);
      } catch (error) {
        this.#report(error);
      }
    };
  }
}

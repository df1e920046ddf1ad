// A declared job in the words of `cron`, whose CronJob `@nestjs/schedule` gives out.
import { InvalidOptionError, InvalidTriggerError, isTrigger } from '@sched/core';
import { DateTime } from 'luxon';
import type { DeclaredJob } from './declared-job.ts';
import { type CronSource, type CronZone, cronTrigger } from './when.ts';

/** A time as `cron` holds it; also a `CronTime` of that package. */
export interface CronTimeLike extends CronZone {
  readonly source: CronSource;
}

/** A cron job as a {@link SchedulerRegistry} gives it out: what can be done with a `CronJob` of the package `cron`. */
export interface CronJob {
  /** Its name in the registry, which is the job's id. */
  readonly name: string;
  /** The expression or moment it was declared with, or set to since, and its zone. */
  readonly cronTime: CronTimeLike;
  /** Whether it fires, as far as this process knows. */
  readonly isActive: boolean;
  /** The same, by its older name. */
  readonly running: boolean;
  /** Whether this process executes it. */
  readonly isCallbackRunning: boolean;
  /** Lets it fire, from now on. */
  start(): void;
  /** Stops it, in all processes, until it is started or the application starts anew. */
  stop(): Promise<void>;
  /** Gives it another time, until the application starts anew: an expression or moment in its zone, a `CronTime` of `cron`, or a trigger. */
  setTime(time: CronSource | CronTimeLike): void;
  /** The next fire time. @throws InvalidTriggerError if there is none */
  nextDate(): DateTime;
  /** The next `count` fire times; fewer if there are fewer. */
  nextDates(count?: number): DateTime[];
  /** When this process last saw it run. */
  lastDate(): Date | null;
  /** Runs it now, besides its schedule; resolves when the run is recorded. */
  fireOnTick(): Promise<void>;
  /** Refused: another method with a decorator is what it would be. @throws InvalidOptionError */
  addCallback(callback: unknown): never;
}

/** A {@link CronJob} over a declared job. */
export class DeclaredCronJob implements CronJob {
  readonly #job: DeclaredJob;
  #cronTime: CronTimeLike;

  constructor(job: DeclaredJob, zone: CronZone) {
    this.#job = job;
    this.#cronTime = { source: job.plan.source, ...zone };
  }

  get name(): string {
    return this.#job.id;
  }

  get cronTime(): CronTimeLike {
    return this.#cronTime;
  }

  get isActive(): boolean {
    return this.#job.isActive;
  }

  get running(): boolean {
    return this.#job.isActive;
  }

  get isCallbackRunning(): boolean {
    return this.#job.isRunning;
  }

  start(): void {
    this.#job.start();
  }

  async stop(): Promise<void> {
    await this.#job.stop();
  }

  setTime(time: CronSource | CronTimeLike): void {
    const cronTime = isCronTime(time) ? time : { ...this.#cronTime, source: time };
    const trigger = isTrigger(cronTime.source) ? cronTime.source : cronTrigger(cronTime.source, cronTime);
    this.#cronTime = cronTime;
    this.#job.reschedule(trigger);
  }

  nextDate(): DateTime {
    const [next] = this.nextDates(1);
    if (next === undefined)
      throw new InvalidTriggerError('trigger', `${this.#job.trigger}`, 'one that has a fire time left');
    return next;
  }

  nextDates(count = 0): DateTime[] {
    const { scheduler, trigger } = this.#job;
    const { timezone = scheduler.configuration.timezone } = trigger.toJSON().options;
    const dates: DateTime[] = [];
    let at = trigger.next(scheduler.clock.now());
    while (at !== null && dates.length < count) {
      dates.push(DateTime.fromMillis(at, { zone: String(timezone) }));
      at = trigger.next(at);
    }
    return dates;
  }

  lastDate(): Date | null {
    return this.#job.lastRunTime;
  }

  async fireOnTick(): Promise<void> {
    await this.#job.run();
  }

  addCallback(callback: unknown): never {
    throw new InvalidOptionError(
      'callback',
      callback,
      'no further callback: a job runs one method; decorate another one',
    );
  }
}

function isCronTime(time: unknown): time is CronTimeLike {
  return typeof time === 'object' && time !== null && 'source' in time;
}

// What a declared job is to those who ask the registry for it: `cron`'s words, which `@nestjs/schedule` speaks.
import type { DateTime } from 'luxon';
import type { CronSource, CronZone } from './when.ts';

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
  /** Lets it fire, from now on. One that has finished stays so, until it gets another time. */
  start(): void;
  /** Stops it, in all processes, until it is started or the application starts anew. */
  stop(): Promise<void>;
  /** Gives it another time, until the application starts anew: an expression or moment in its zone, a `CronTime` of `cron`, or a trigger. */
  setTime(time: CronSource | CronTimeLike): void;
  /** The next fire time. @throws InvalidTriggerError if there is none: it has finished */
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

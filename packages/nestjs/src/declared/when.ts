// The ways in which `cron` and with it `@nestjs/schedule` say when, as triggers.
import { CronTrigger, DateTrigger, InvalidOptionError, type Trigger } from '@sched/core';
import { DateTime } from 'luxon';

/** When an `@Cron` fires: a cron expression of 5 or 6 fields, or the one moment it is for. */
export type CronTimeInput = string | Date | DateTime;

/** What a cron job may be set to. */
export type CronSource = CronTimeInput | Trigger;

/** The zone of a cron expression, in the words of `cron`: a name, or minutes from UTC. */
export interface CronZone {
  readonly timeZone?: unknown;
  readonly utcOffset?: unknown;
}

/** Nicknames that `cron` knows besides those of crontab. */
const NICKNAMES: ReadonlyMap<string, string> = new Map([
  ['@secondly', '* * * * * *'],
  ['@minutely', '0 * * * * *'],
  ['@weekdays', '0 0 0 * * 1-5'],
  ['@weekends', '0 0 0 * * 0,6'],
]);

/** The trigger of an expression or a moment. @throws InvalidTriggerError, InvalidOptionError */
export function cronTrigger(cronTime: unknown, zone: CronZone): Trigger {
  const timezone = timezoneOf(zone);
  const options = timezone === undefined ? {} : { timezone };
  if (typeof cronTime === 'string') {
    const text = NICKNAMES.get(cronTime.trim().toLowerCase()) ?? cronTime;
    return CronTrigger.fromCrontab(withPlainDays(text), options);
  }
  if (cronTime instanceof Date || DateTime.isDateTime(cronTime))
    return new DateTrigger({ runDate: cronTime, ...options });
  throw new InvalidOptionError('cronTime', cronTime, 'a cron expression, a Date or a luxon DateTime');
}

/** @throws InvalidOptionError if an option is given although another one says the same */
export function notBeside(field: string, value: unknown, other: string): void {
  if (value !== undefined) throw new InvalidOptionError(field, value, `nothing beside ${other}`);
}

/**
 * To `cron`, a day field restricts if it leaves days out; to crontab, if it does not begin with `*`. That decides whether
 * both have to match or either does, so where both say something they are written the way on which both agree.
 */
function withPlainDays(text: string): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length < 5 || fields.length > 6) return text;
  const [day = '', week = ''] = [fields.at(-3), fields.at(-1)];
  if (day === '*' || week === '*') return text;
  fields[fields.length - 3] = plainDays(day, '1-31', ['1-31']);
  fields[fields.length - 1] = plainDays(week, '0-6', ['0-6', '0-7', '1-7']);
  return fields.join(' ');
}

function plainDays(field: string, all: string, spellings: readonly string[]): string {
  if (field === '*/1' || spellings.includes(field)) return '*';
  return field.startsWith('*/') ? field.replace('*', all) : field;
}

function timezoneOf({ timeZone, utcOffset }: CronZone): string | undefined {
  if (utcOffset === undefined || utcOffset === null) return (timeZone as string | null | undefined) ?? undefined;
  if (timeZone !== undefined && timeZone !== null) notBeside('utcOffset', utcOffset, 'a timeZone');
  if (!Number.isInteger(utcOffset)) throw new InvalidOptionError('utcOffset', utcOffset, 'a whole number of minutes');
  const minutes = Math.abs(utcOffset as number);
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${(utcOffset as number) < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
}

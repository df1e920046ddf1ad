// Triggers by the name of their kind, as `addJob(task, 'cron', { hour: 9 })` and stored rows give them.
import { InvalidTriggerError } from '../errors.ts';
import { CalendarIntervalTrigger, type CalendarIntervalTriggerOptions } from './calendar-interval.ts';
import { AndTrigger, type CombinationOptions, ExceptTrigger, type ExceptTriggerOptions, OrTrigger } from './combine.ts';
import { CronTrigger, type CronTriggerOptions } from './cron/cron.ts';
import { DateTrigger, type DateTriggerOptions } from './date.ts';
import { IntervalTrigger, type IntervalTriggerOptions } from './interval.ts';
import type { Trigger } from './trigger.ts';

/** The options of each kind of trigger. */
export interface TriggerOptionsByKind {
  readonly date: DateTriggerOptions;
  readonly interval: IntervalTriggerOptions;
  readonly cron: CronTriggerOptions;
  readonly calendarinterval: CalendarIntervalTriggerOptions;
  readonly and: CombinationOptions;
  readonly or: CombinationOptions;
  readonly except: ExceptTriggerOptions;
}

/** The kinds of trigger that can be asked for by name. */
export type TriggerKind = keyof TriggerOptionsByKind;

type Creators = { readonly [Kind in TriggerKind]: (options: TriggerOptionsByKind[Kind]) => Trigger };

const CREATORS: Creators = {
  date: (options) => new DateTrigger(options),
  interval: (options) => new IntervalTrigger(options),
  cron: createCron,
  calendarinterval: (options) => new CalendarIntervalTrigger(options),
  and: (options) => new AndTrigger(options),
  or: (options) => new OrTrigger(options),
  except: (options) => new ExceptTrigger(options),
};

/** Whether a word is the name of a kind of trigger. */
export function isTriggerKind(word: unknown): word is TriggerKind {
  return typeof word === 'string' && Object.hasOwn(CREATORS, word);
}

/**
 * The trigger of a kind.
 *
 * @throws InvalidTriggerError naming the kind or the option that cannot be understood; an unknown option is refused.
 */
export function createTrigger<Kind extends TriggerKind>(kind: Kind, options: TriggerOptionsByKind[Kind]): Trigger {
  if (!isTriggerKind(kind)) throw new InvalidTriggerError('kind', kind, `one of ${Object.keys(CREATORS).join(', ')}`);
  return CREATORS[kind](options);
}

/** With `crontab`, as {@link CronTrigger.fromCrontab}: `@every` gives an interval. */
function createCron(options: CronTriggerOptions): Trigger {
  if (typeof options !== 'object' || options === null || !('crontab' in options) || options.crontab === undefined) {
    return new CronTrigger(options);
  }
  const { crontab, ...others } = options;
  return CronTrigger.fromCrontab(crontab, others);
}

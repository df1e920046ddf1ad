// The fields of each kind of trigger: what is asked for, and how what was typed becomes options.
import type { TriggerData } from '../../api/types.ts';

/** A field of a trigger. */
export interface TriggerField {
  /** Name of the option. */
  readonly name: string;
  readonly label: string;
  readonly placeholder?: string;
  readonly hint?: string;
  readonly isNumber?: boolean;
  readonly isWide?: boolean;
}

const TIMEZONE: TriggerField = { name: 'timezone', label: 'Time zone', placeholder: 'Europe/Berlin' };
const BOUNDS: readonly TriggerField[] = [
  { name: 'startDate', label: 'Not before', placeholder: '2026-12-01 00:00' },
  { name: 'endDate', label: 'Not after', placeholder: '2027-12-31 23:59' },
];

const number = (name: string, label: string): TriggerField => ({ name, label, isNumber: true });
const cron = (name: string, label: string, placeholder = '*'): TriggerField => ({ name, label, placeholder });

/** How a trigger is written: a kind, or one of the ways to write one. */
export type TriggerForm = 'crontab' | 'cron' | 'interval' | 'calendarinterval' | 'date' | 'json';

/** The forms, in the order they are offered. */
export const TRIGGER_FORMS: readonly (readonly [form: TriggerForm, text: string])[] = [
  ['crontab', 'Crontab'],
  ['cron', 'Cron fields'],
  ['interval', 'Interval'],
  ['calendarinterval', 'Calendar interval'],
  ['date', 'Once, at a date'],
  ['json', 'As JSON'],
];

/** The fields of each form; `json` has none. */
export const TRIGGER_FIELDS: { readonly [Form in TriggerForm]: readonly TriggerField[] } = {
  crontab: [
    {
      ...{ name: 'crontab', label: 'Crontab', placeholder: '0 9 * * mon-fri', isWide: true },
      hint: 'minute hour day month weekday; with six fields the first is seconds. @daily, L, #, H as in crontab.',
    },
    TIMEZONE,
    ...BOUNDS,
  ],
  cron: [
    cron('month', 'Month', '1-12, jan'),
    cron('day', 'Day', '1, last, 3rd fri'),
    cron('dayOfWeek', 'Weekday', 'mon-fri'),
    cron('hour', 'Hour', '9-17'),
    cron('minute', 'Minute', '*/15'),
    cron('second', 'Second', '0'),
    cron('year', 'Year'),
    cron('week', 'ISO week'),
    TIMEZONE,
    ...BOUNDS,
  ],
  interval: [
    ...[number('weeks', 'Weeks'), number('days', 'Days'), number('hours', 'Hours')],
    ...[number('minutes', 'Minutes'), number('seconds', 'Seconds')],
    TIMEZONE,
    ...BOUNDS,
  ],
  calendarinterval: [
    ...[number('years', 'Years'), number('months', 'Months'), number('weeks', 'Weeks'), number('days', 'Days')],
    ...[number('hour', 'At hour'), number('minute', 'At minute'), number('second', 'At second')],
    TIMEZONE,
    { name: 'startDate', label: 'First day', placeholder: '2026-12-01' },
    { name: 'endDate', label: 'Last day', placeholder: '2027-12-31' },
  ],
  date: [
    { name: 'runDate', label: 'Date and time', placeholder: '2026-12-24 18:00', isWide: true },
    { name: 'timezone', label: 'Time zone', placeholder: 'Europe/Berlin' },
  ],
  json: [],
};

/** A trigger as it is being written. */
export interface TriggerDraft {
  readonly form: TriggerForm;
  /** What stands in the fields, by name of the option. */
  readonly texts: { readonly [name: string]: string };
  /** Options that the form has no field for: they stay as they are. */
  readonly others: TriggerData['options'];
  /** The whole trigger as text, for the form `json`. */
  readonly json: string;
}

/** The draft of a trigger that exists. */
export function draftOfTrigger(trigger: TriggerData): TriggerDraft {
  const { kind, options } = trigger;
  const json = JSON.stringify({ kind, options }, null, 2);
  const form = formOf(trigger);
  const fields = new Set(TRIGGER_FIELDS[form].map(({ name }) => name));
  const entries = Object.entries(options);
  const texts = Object.fromEntries(
    entries.filter(([name]) => fields.has(name)).map(([name, value]) => [name, String(value)]),
  );
  return { form, texts, others: Object.fromEntries(entries.filter(([name]) => !fields.has(name))), json };
}

/** A trigger with an option that is no plain word or number in its field is shown as JSON. */
function formOf({ kind, options }: TriggerData): TriggerForm {
  const form = kind === 'cron' && 'crontab' in options ? 'crontab' : kind;
  const fields = TRIGGER_FIELDS[form as TriggerForm] as readonly TriggerField[] | undefined;
  if (fields === undefined || !Object.hasOwn(TRIGGER_FIELDS, form)) return 'json';
  const isPlain = fields.every(({ name }) => ['undefined', 'string', 'number'].includes(typeof options[name]));
  return isPlain ? (form as TriggerForm) : 'json';
}

/** The trigger that a draft says. @throws SyntaxError if its JSON cannot be read */
export function triggerOfDraft({ form, texts, others, json }: TriggerDraft): TriggerData {
  if (form === 'json') return JSON.parse(json) as TriggerData;
  const options: { [name: string]: unknown } = { ...others };
  for (const { name, isNumber = false } of TRIGGER_FIELDS[form]) {
    const text = (texts[name] ?? '').trim();
    if (text !== '') options[name] = isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return { kind: form === 'crontab' ? 'cron' : form, options };
}

/** The draft in another form: what both have fields for is taken along. */
export function inForm(draft: TriggerDraft, form: TriggerForm): TriggerDraft {
  if (form === draft.form) return draft;
  const json = draft.form === 'json' ? draft.json : JSON.stringify(triggerOfDraft(draft), null, 2);
  return { form, json, texts: draft.texts, others: form === 'json' ? draft.others : {} };
}

// Our fire times beside those of croner and cron-parser. Where both of them say otherwise, the rule that decides is named.
import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import { DateTime } from 'luxon';
import { expect, it } from 'vitest';
import { CronTrigger } from '../../src/triggers/cron/cron.ts';

const EXPRESSIONS = [
  '* * * * *',
  '*/5 * * * *',
  '*/7 * * * *',
  '0 * * * *',
  '15 * * * *',
  '*/20 1-3 * * *',
  '0,30 2 * * *',
  '30 2 * * *',
  '30 1 * * *',
  '15 2 * * *',
  '0 0 * * *',
  '59 23 * * *',
  '0 */2 * * *',
  '0 */5 * * *',
  '30 */4 * * *',
  '15,45 8-18 * * 1-5',
  '0 9 * * 1-5',
  '0 9 * * sat,sun',
  '0 9 * * 7',
  '0 9 * * 0-3',
  '0 9 * * 5-7',
  '0 9 * * */2',
  '0 9 * * 1/3',
  '0 0 1 * *',
  '0 0 31 * *',
  '0 0 29 2 *',
  '0 12 1 1 *',
  '0 0 1-7 * *',
  '0 0 */10 * *',
  '0 0 13 * 5',
  '0 0 13 * *',
  '0 0 1,15 * 3',
  '0 0 */2 * 1',
  '0 0 1 */2 2',
  '0 0 L * *',
  '0 0 * * 5L',
  '0 0 * * 5#3',
  '5/20 * * * *',
  '*/30 * * * * *',
  '0 30 2 * * *',
  '0 0 12 * jan-mar mon',
  '30 3 * * *',
  '0 0 1 jan,jul ?',
];

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Asia/Shanghai',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'America/St_Johns',
];

/** Quiet moments, and the evening before a change of offset in each of the zones. */
const INSTANTS = [
  '2026-01-15T12:00:00Z',
  '2026-06-30T22:30:15Z',
  '2027-12-31T23:59:59Z',
  '2028-02-28T10:00:00Z',
  '2026-03-08T04:30:00Z',
  '2026-11-01T04:30:00Z',
  '2026-03-28T23:30:00Z',
  '2026-10-24T22:30:00Z',
  '2026-04-04T13:30:00Z',
  '2026-10-03T14:00:00Z',
  '2026-04-23T20:30:00Z',
  '2026-10-29T19:30:00Z',
].map((text) => Date.parse(text));

const STEPS = 4;

interface Decision {
  readonly expression: string;
  readonly zones: readonly string[];
  /** The rule by which we differ from both. */
  readonly rule: string;
  /** An instant, and our fire times after it. */
  readonly from: string;
  readonly times: readonly string[];
}

const DECISIONS: readonly Decision[] = [
  {
    expression: '0 0 */2 * 1',
    zones: ZONES,
    rule: 'As in Vixie cron, a day field that begins with a star does not restrict, so that both fields have to match: odd days that are Mondays.',
    from: '2026-01-15T12:00:00Z',
    times: ['2026-01-19T00:00', '2026-02-09T00:00', '2026-02-23T00:00', '2026-03-09T00:00'],
  },
  {
    expression: '0 9 * * 1/3',
    zones: ZONES,
    rule: 'a/n goes on to the last value of the field; a week is 0 to 6, and 7 only another way to write Sunday. Croner refuses the form.',
    from: '2026-01-15T12:00:00Z',
    times: ['2026-01-19T09:00', '2026-01-22T09:00', '2026-01-26T09:00', '2026-01-29T09:00'],
  },
  {
    expression: '0,30 2 * * *',
    zones: ['America/New_York', 'Europe/Berlin', 'America/St_Johns'],
    rule: 'A set time that is skipped fires as much later as the gap is long, each one of them. Croner leaves both out, cron-parser one.',
    from: '2026-03-08T04:30:00Z',
    times: ['2026-03-08T03:00', '2026-03-08T03:30', '2026-03-09T02:00', '2026-03-09T02:30'],
  },
  {
    expression: '15 2 * * *',
    zones: ['Australia/Lord_Howe'],
    rule: 'As much later as the gap is long: half an hour here. Croner fires at the end of the gap, cron-parser not at all.',
    from: '2026-10-03T14:00:00Z',
    times: ['2026-10-04T02:45', '2026-10-05T02:15', '2026-10-06T02:15', '2026-10-07T02:15'],
  },
];

type Next = (after: number) => number | null;

function ours(expression: string, timezone: string): Next {
  const trigger = CronTrigger.fromCrontab(expression, { timezone });
  return (after) => trigger.next(after);
}

function croner(expression: string, timezone: string): Next {
  const cron = new Cron(expression, { timezone, paused: true });
  return (after) => cron.nextRun(new Date(after))?.getTime() ?? null;
}

function cronParser(expression: string, timezone: string): Next {
  const parsed = CronExpressionParser.parse(expression, { tz: timezone });
  return (after) => {
    parsed.reset(new Date(after));
    return parsed.next().getTime();
  };
}

/** The next few fire times as text; what went wrong, where something did. */
function walk(make: () => Next, from: number): string {
  const times: string[] = [];
  try {
    const next = make();
    let at: number | null = from;
    for (let step = 0; step < STEPS && at !== null; step++) {
      at = next(at);
      times.push(at === null ? 'never' : new Date(at).toISOString());
    }
  } catch (error) {
    times.push(`threw ${error instanceof Error ? error.message.slice(0, 40) : 'something'}`);
  }
  return times.join(' ');
}

function differsFromBoth(expression: string, timezone: string): boolean {
  return INSTANTS.some((from) => {
    const mine = walk(() => ours(expression, timezone), from);
    return (
      mine !== walk(() => croner(expression, timezone), from) &&
      mine !== walk(() => cronParser(expression, timezone), from)
    );
  });
}

it('agrees with a referee wherever no rule of ours decides', () => {
  const differing = EXPRESSIONS.flatMap((expression) =>
    ZONES.filter((timezone) => differsFromBoth(expression, timezone)).map((timezone) => `${expression} ${timezone}`),
  );
  const decided = DECISIONS.flatMap(({ expression, zones }) => zones.map((timezone) => `${expression} ${timezone}`));
  expect(differing.sort()).toEqual(decided.sort());
});

it.each(DECISIONS)('$expression: $rule', ({ expression, zones, from, times }) => {
  const timezone = zones[0] ?? 'UTC';
  const next = ours(expression, timezone);
  const found: string[] = [];
  for (let at = next(Date.parse(from)); at !== null && found.length < times.length; at = next(at)) {
    found.push(DateTime.fromMillis(at, { zone: timezone }).toFormat("yyyy-MM-dd'T'HH:mm"));
  }
  expect(found).toEqual(times);
});

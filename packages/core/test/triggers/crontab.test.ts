// What the reader of crontab text understands, and what it refuses.
import { describe, expect, it } from 'vitest';
import { InvalidTriggerError } from '../../src/errors.ts';
import { type CronDialect, type CrontabOptions, parseCrontab } from '../../src/triggers/cron/crontab.ts';
import type { CronSpec, DayRules } from '../../src/triggers/cron/spec.ts';

function read(text: string, options: CrontabOptions = {}): CronSpec {
  const { spec } = parseCrontab(text, options);
  if (spec === null) throw new Error('an interval');
  return spec;
}

const inDialect = (dialect: CronDialect) => (text: string) => read(text, { dialect });
const quartz = inDialect('quartz');
const apscheduler = inDialect('apscheduler');

/** The numbers of the bits that are set. */
function bits(...sets: number[]): number[] {
  return sets.flatMap((set, half) =>
    [...Array(32).keys()].filter((bit) => (set & (1 << bit)) !== 0).map((bit) => bit + half * 30),
  );
}

const span = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, n) => from + n * step);

const NO_DAYS: DayRules = {
  any: false,
  days: 0,
  weekdays: 0,
  fromLast: 0,
  nth: [0, 0],
  lastWeekdays: 0,
  nearest: 0,
  lastWorkday: false,
};

function refusal(text: unknown, options: object = {}): InvalidTriggerError {
  try {
    parseCrontab(text as string, options);
  } catch (error) {
    if (error instanceof InvalidTriggerError) return error;
    throw error;
  }
  throw new Error(`accepted: ${String(text)}`);
}

describe('fields', () => {
  it('reads five fields at second 0', () => {
    const spec = read('30 9 1 2 *');
    expect([
      bits(...spec.seconds),
      bits(...spec.minutes),
      bits(spec.hours),
      bits(spec.monthDays.days),
      bits(spec.months),
    ]).toEqual([[0], [30], [9], [1], [2]]);
    expect(spec.years).toBeNull();
    expect(spec.weekDays.any).toBe(true);
  });

  it('reads six fields with seconds first, and seven with the year last', () => {
    expect(bits(...read('15 30 9 * * *').seconds)).toEqual([15]);
    const spec = read('15 30 9 * * * 2030,2027-2028');
    expect(bits(...spec.minutes)).toEqual([30]);
    expect(spec.years).toEqual([2027, 2028, 2030]);
    expect(read('0 0 0 * * * *').years).toBeNull();
    expect(read('0 0 0 * * * 2026/4').years?.slice(0, 3)).toEqual([2026, 2030, 2034]);
  });

  it('takes any run of spaces and tabs between fields and around them', () => {
    expect(read(' \t0  9\t* *   1-5 ')).toEqual(read('0 9 * * 1-5'));
  });

  it.each([
    ['*', span(0, 59)],
    ['*/15', [0, 15, 30, 45]],
    ['*/60', [0]],
    ['5', [5]],
    ['05', [5]],
    ['29,30,31', [29, 30, 31]],
    ['10-13', [10, 11, 12, 13]],
    ['10-10', [10]],
    ['10-20/5', [10, 15, 20]],
    ['10-12/30', [10]],
    ['50/4', [50, 54, 58]],
    ['5,1-3,*/30', [0, 1, 2, 3, 5, 30]],
  ])('minute %s', (minute, expected) => {
    expect(bits(...read(`${minute} * * * *`).minutes)).toEqual(expected);
  });

  it.each([
    ['jan', [1]],
    ['JAN,Dec', [1, 12]],
    ['nov-feb', [1, 2, 11, 12]],
    ['oct-mar/2', [2, 10, 12]],
    ['jan-6', [1, 2, 3, 4, 5, 6]],
    ['*/12', [1]],
  ])('month %s', (month, expected) => {
    expect(bits(read(`0 0 1 ${month} *`).months)).toEqual(expected);
  });
});

describe('days', () => {
  const monthDays = (day: string) => read(`0 0 ${day} * *`).monthDays;
  const weekDays = (day: string) => read(`0 0 * * ${day}`).weekDays;

  it('reads the days that depend on the month', () => {
    expect(monthDays('L')).toEqual({ ...NO_DAYS, fromLast: 1 });
    expect(monthDays('L-3')).toEqual({ ...NO_DAYS, fromLast: 1 << 3 });
    expect(monthDays('lw')).toEqual({ ...NO_DAYS, lastWorkday: true });
    expect(monthDays('15W')).toEqual({ ...NO_DAYS, nearest: 1 << 15 });
    expect(monthDays('1,31W,L')).toEqual({ ...NO_DAYS, days: 2, nearest: (1 << 31) >>> 0, fromLast: 1 });
    expect(weekDays('5L')).toEqual({ ...NO_DAYS, lastWeekdays: 1 << 4 });
    expect(weekDays('friL')).toEqual(weekDays('5L'));
    expect(weekDays('fri#3')).toEqual({ ...NO_DAYS, nth: [1 << 18, 0] });
    expect(weekDays('5#3')).toEqual(weekDays('fri#3'));
    expect(weekDays('mon#1,sun#5')).toEqual({ ...NO_DAYS, nth: [1, 1 << 4] });
  });

  it.each([
    ['0', [6]],
    ['7', [6]],
    ['sun', [6]],
    ['1-5', [0, 1, 2, 3, 4]],
    ['5-7', [4, 5, 6]],
    ['sun-tue', [0, 1, 6]],
    ['fri-mon', [0, 4, 5, 6]],
    ['fri-mon/2', [4, 6]],
    ['sat-sun', [5, 6]],
    ['*/2', [1, 3, 5, 6]],
    ['1/2', [0, 2, 4]],
  ])('vixie day of week %s', (day, expected) => {
    expect(bits(weekDays(day).weekdays)).toEqual(expected);
  });

  it('takes ? for *, in the day fields only', () => {
    expect(read('0 0 ? * 1')).toEqual(read('0 0 * * 1'));
    expect(read('0 0 1 * ?')).toEqual(read('0 0 1 * *'));
    expect(refusal('? 0 * * *').field).toBe('minute');
    expect(refusal('0 0 ?,1 * *').field).toBe('day');
  });

  it.each([
    ['0 0 13 * 5', 'or'],
    ['0 0 L * fri', 'or'],
    ['0 0 13 * *', 'and'],
    ['0 0 * * 5', 'and'],
    ['0 0 */2 * 5', 'and'],
    ['0 0 13 * */2', 'and'],
    ['0 0 */2,13 * 5', 'and'],
    ['0 0 13,*/2 * 5', 'or'],
    ['0 0 13 * +5', 'and'],
  ])('%s: either day or both', (text, expected) => {
    expect(read(text).dayMatch).toBe(expected);
  });

  it('takes a field that names every day for no restriction, beside which either-or is every day', () => {
    expect(read('0 0 * * 0-7')).toEqual(read('0 0 * * *'));
    expect(read('0 0 1-31 * *')).toEqual(read('0 0 * * *'));
    expect(read('0 0 1-31 * 5')).toEqual(read('0 0 * * *'));
    expect(read('0 0 13 * 0-6')).toEqual(read('0 0 * * *'));
    expect(read('0 0 1-31 * +5')).toEqual(read('0 0 * * 5'));
  });

  it('keeps the days of a stepped star', () => {
    expect(bits(read('0 0 */10 * 5').monthDays.days)).toEqual([1, 11, 21, 31]);
    expect(read('0 0 */1 * 5').monthDays.any).toBe(true);
  });
});

describe('dialects', () => {
  it('quartz counts from Sunday = 1, takes both days together, and lets ranges run past the end', () => {
    expect(bits(quartz('0 0 0 ? * 1').weekDays.weekdays)).toEqual([6]);
    expect(bits(quartz('0 0 0 ? * 2-6').weekDays.weekdays)).toEqual([0, 1, 2, 3, 4]);
    expect(bits(quartz('0 0 0 ? * MON-FRI').weekDays.weekdays)).toEqual([0, 1, 2, 3, 4]);
    expect(bits(quartz('0 0 0 ? * L').weekDays.weekdays)).toEqual([5]);
    expect(quartz('0 0 0 ? * 6L').weekDays.lastWeekdays).toBe(1 << 4);
    expect(quartz('0 0 0 ? * 6#3').weekDays.nth).toEqual([1 << 18, 0]);
    expect(bits(quartz('0 0 22-2 * * ?').hours)).toEqual([0, 1, 2, 22, 23]);
    expect(bits(quartz('0 0 0 30-2 * ?').monthDays.days)).toEqual([1, 2, 30, 31]);
    expect(bits(...quartz('0 55-5/5 * * * ?').minutes)).toEqual([0, 5, 55]);
    expect(quartz('0 0 0 13 * 6').dayMatch).toBe('and');
    expect(refusal('0 0 0 ? * 0', { dialect: 'quartz' }).field).toBe('dayOfWeek');
    expect(refusal('0 0 0 ? * ?', { dialect: 'quartz' }).field).toBe('dayOfWeek');
    expect(refusal('0 0 0 1 1 ? 2030-2026', { dialect: 'quartz' }).field).toBe('year');
  });

  it('apscheduler counts from Monday = 0, takes both days together, and holds steps to their range', () => {
    expect(bits(apscheduler('0 0 * * 0').weekDays.weekdays)).toEqual([0]);
    expect(bits(apscheduler('0 0 * * 5-6').weekDays.weekdays)).toEqual([5, 6]);
    expect(bits(apscheduler('0 0 * * sat-sun').weekDays.weekdays)).toEqual([5, 6]);
    expect(apscheduler('0 0 13 * 4').dayMatch).toBe('and');
    expect(refusal('0 0 * * 7', { dialect: 'apscheduler' }).field).toBe('dayOfWeek');
    expect(refusal('*/60 * * * *', { dialect: 'apscheduler' }).expected).toContain('a step from 1 to 59');
    expect(refusal('10-12/3 * * * *', { dialect: 'apscheduler' }).expected).toContain('a step from 1 to 2');
  });

  it('L alone is no day of the week but in quartz', () => {
    expect(refusal('0 0 * * L').expected).toContain('friL');
  });

  it('refuses a dialect it does not know', () => {
    expect(refusal('0 0 * * *', { dialect: 'posix' }).field).toBe('dialect');
    expect(refusal('0 0 * * *', { dialect: '__proto__' }).field).toBe('dialect');
  });
});

describe('steps', () => {
  it.each([
    ['*/60 * * * *', true],
    ['*/61 * * * *', false],
    ['* */24 * * *', true],
    ['* */25 * * *', false],
    ['0 0 */31 * *', true],
    ['0 0 */32 * *', false],
    ['0 0 1 */12 *', true],
    ['0 0 1 */13 *', false],
    ['0 0 * * */7', true],
    ['0 0 * * */8', false],
    ['*/0 * * * *', false],
    ['*/00 * * * *', false],
    ['0-30/0 * * * *', false],
  ])('%s: a step is at most the size of its field: %s', (text, accepted) => {
    if (accepted) expect(read(text)).toBeDefined();
    else expect(refusal(text).expected).toContain('a step from 1 to');
  });
});

describe('changes of UTC offset', () => {
  const FOLLOWS = { gap: 'skip', overlap: 'both' };
  const ONCE = { gap: 'shift', overlap: 'first' };

  it.each([
    ['*/5 * * * *', FOLLOWS],
    ['0 * * * *', FOLLOWS],
    ['0 */2 * * *', FOLLOWS],
    ['*/15 2 * * *', FOLLOWS],
    ['5,*/30 2 * * *', FOLLOWS],
    ['30 2 * * *', ONCE],
    ['0-59 0-23 * * *', ONCE],
    ['0,30 1-3 * * *', ONCE],
    ['*/10 30 2 * * *', ONCE],
    ['@daily', ONCE],
    ['@hourly', FOLLOWS],
  ])('%s', (text, expected) => {
    expect(read(text).dst).toEqual(expected);
  });

  it('lets dst override each half', () => {
    expect(read('30 2 * * *', { dst: { gap: 'skip' } }).dst).toEqual({ gap: 'skip', overlap: 'first' });
    expect(read('* * * * *', { dst: { overlap: 'first' } }).dst).toEqual({ gap: 'skip', overlap: 'first' });
  });
});

describe('nicknames', () => {
  it.each([
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
    ['@monthly', '0 0 1 * *'],
    ['@weekly', '0 0 * * sun'],
    ['@daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@hourly', '0 * * * *'],
    ['@Daily', '0 0 * * *'],
  ])('%s is %s', (nickname, text) => {
    expect(read(nickname)).toEqual(read(text));
  });

  it('mean the same in every dialect', () => {
    expect(quartz('@weekly')).toEqual(read('@weekly'));
    expect(apscheduler('@weekly')).toEqual(read('@weekly'));
  });

  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['1m1s1ms', 61_001],
  ])('@every %s', (duration, everyMs) => {
    expect(parseCrontab(`@every ${duration}`)).toEqual({ spec: null, everyMs, timezone: null });
  });

  it.each([
    '',
    '90',
    's',
    '1h30',
    '-5s',
    '1..5s',
    '.s',
    '5 s',
    '0s',
    '0.1ms',
    '1w',
    `${'9'.repeat(400)}s`,
    '1e3s',
    'Infinitys',
  ])('refuses @every %s', (duration) => {
    expect(refusal(`@every ${duration}`).field).toBe('every');
  });

  it('says why @reboot has no place, and what stands behind a nickname', () => {
    expect(refusal('@reboot').message).toContain('@reboot names none');
    expect(refusal('@daily 5').position).toBe(7);
    expect(refusal('@sometimes').message).toContain('@hourly');
  });
});

describe('time zone', () => {
  it('may lead as TZ= or CRON_TZ=', () => {
    expect(parseCrontab('TZ=Europe/Paris 0 9 * * *').timezone).toBe('Europe/Paris');
    expect(parseCrontab('CRON_TZ=Asia/Tokyo  @daily').timezone).toBe('Asia/Tokyo');
    expect(parseCrontab('TZ=UTC @every 5m')).toEqual({ spec: null, everyMs: 300_000, timezone: 'UTC' });
    expect(parseCrontab('0 9 * * *').timezone).toBeNull();
    expect(parseCrontab('TZ=europe/paris 0 9 * * *').timezone).toBe('Europe/Paris');
  });

  it.each(['', 'Nowhere/Land', '../../etc/passwd', '__proto__', '"UTC"'])('refuses TZ=%s', (name) => {
    const error = refusal(`TZ=${name} 0 9 * * *`);
    expect([error.field, error.value, error.position]).toEqual(['timezone', name, 3]);
  });

  it('does not shift the positions of what follows', () => {
    expect(refusal('TZ=UTC 0 99 * * *').position).toBe(9);
  });
});

describe('H', () => {
  const job = (text: string, hashSeed = 'job-1') => read(text, { hashSeed });

  it('chooses the same value for the same seed, for ever', () => {
    expect(bits(...job('H * * * *').minutes)).toEqual([GOLDEN.minute]);
    expect(bits(job('0 H * * *').hours)).toEqual([GOLDEN.hour]);
    expect(bits(job('0 0 H * *').monthDays.days)).toEqual([GOLDEN.day]);
    expect(bits(...job('H/15 * * * *').minutes)).toEqual(span(GOLDEN.fifteenth, 59, 15));
  });

  it('spreads evenly over seeds, within its bounds', () => {
    const counts = new Map<number, number>();
    for (let index = 0; index < 6_000; index++) {
      const [minute = -1] = bits(...job('H * * * *', `job-${index}`).minutes);
      counts.set(minute, (counts.get(minute) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual(span(0, 59));
    expect(Math.min(...counts.values())).toBeGreaterThan(60);
    expect(Math.max(...counts.values())).toBeLessThan(140);
  });

  it('keeps to its range, and days to those of every month', () => {
    for (let index = 0; index < 300; index++) {
      const [minute = -1] = bits(...job('H(10-14) * * * *', `${index}`).minutes);
      expect(minute).toBeGreaterThanOrEqual(10);
      expect(minute).toBeLessThanOrEqual(14);
      const stepped = bits(...job('H(0-29)/10 * * * *', `${index}`).minutes);
      expect(stepped).toEqual(span(stepped[0] ?? -1, 29, 10));
      expect(stepped[0]).toBeLessThan(10);
      expect(bits(job('0 0 H * *', `${index}`).monthDays.days)[0]).toBeLessThanOrEqual(28);
      expect(bits(job('0 0 * * H', `${index}`).weekDays.weekdays)).toHaveLength(1);
    }
  });

  it('stands for the numbers it chooses, in every other rule', () => {
    expect(job('H/15 H(2-2) * * *')).toEqual(read('2,17,32,47 2 * * *'));
    expect(job('0 0 H * 5')).toEqual(read('0 0 15 * 5'));
  });

  it('needs a seed, and has no place in the year', () => {
    const error = refusal('0 H * * *');
    expect([error.field, error.position]).toEqual(['hashSeed', 2]);
    expect(refusal('0 H * * *', { hashSeed: '' }).field).toBe('hashSeed');
    expect(refusal('0 0 0 1 1 * H', { hashSeed: 'a' }).field).toBe('year');
  });

  it.each([
    'H(',
    'H()',
    'H(5)',
    'H(5-',
    'H(5-3)',
    'H(5-10',
    'H(0-60)',
    'H5',
    'HH',
    'H/0',
    'H/61',
    'H-5',
    'H(0-29)/31/2',
  ])('refuses %s', (minute) => {
    expect(refusal(`${minute} * * * *`, { hashSeed: 'a' }).field).toBe('minute');
  });
});

describe('refusals name the field, the text and the position', () => {
  it.each([
    ['60 * * * *', 'minute', '60', 0],
    ['* 24 * * *', 'hour', '24', 2],
    ['* * 0 * *', 'day', '0', 4],
    ['* * 32 * *', 'day', '32', 4],
    ['* * * 13 *', 'month', '13', 6],
    ['* * * foo *', 'month', 'foo', 6],
    ['* * * * 8', 'dayOfWeek', '8', 8],
    ['* * * * mond', 'dayOfWeek', 'mond', 8],
    ['* * * * mon-fri-sun', 'dayOfWeek', 'mon-fri-sun', 8],
    ['60 * * * * *', 'second', '60', 0],
    ['0 0 0 1 1 * 1969', 'year', '1969', 12],
    ['0 0 0 1 1 * 10000', 'year', '10000', 12],
    ['1,2,60 * * * *', 'minute', '60', 4],
    ['1,,2 * * * *', 'minute', '', 2],
    ['5, * * * *', 'minute', '', 2],
    [',5 * * * *', 'minute', '', 0],
    ['50-10 * * * *', 'minute', '50-10', 0],
    ['1-0 * * * *', 'minute', '1-0', 0],
    ['* 22-2 * * *', 'hour', '22-2', 2],
    ['* * * 11-2 *', 'month', '11-2', 6],
    ['* * * * 5-1', 'dayOfWeek', '5-1', 8],
    ['*/-2 * * * *', 'minute', '*/-2', 0],
    ['*/ * * * *', 'minute', '*/', 0],
    ['/5 * * * *', 'minute', '/5', 0],
    ['5/10/2 * * * *', 'minute', '5/10/2', 0],
    ['** * * * *', 'minute', '**', 0],
    ['*5 * * * *', 'minute', '*5', 0],
    ['1.5 * * * *', 'minute', '1.5', 0],
    ['+1 * * * *', 'minute', '+1', 0],
    ['٣ * * * *', 'minute', '٣', 0],
    ['1\u00002 * * * *', 'minute', '1\u00002', 0],
    ['* * * jan\n *', 'month', 'jan\n', 6],
    ['jan * * * *', 'minute', 'jan', 0],
    ['* * L-0 * *', 'day', 'L-0', 4],
    ['* * L-31 * *', 'day', 'L-31', 4],
    ['* * L5 * *', 'day', 'L5', 4],
    ['* * W * *', 'day', 'W', 4],
    ['* * 1-5W * *', 'day', '1-5W', 4],
    ['* * 15WL * *', 'day', '15WL', 4],
    ['* * 5L * *', 'day', '5L', 4],
    ['* * * * fri#0', 'dayOfWeek', 'fri#0', 8],
    ['* * * * fri#6', 'dayOfWeek', 'fri#6', 8],
    ['* * * * fri#', 'dayOfWeek', 'fri#', 8],
    ['* * * * #3', 'dayOfWeek', '#3', 8],
    ['* * * * 1-5#2', 'dayOfWeek', '1-5#2', 8],
    ['* * * * 5W', 'dayOfWeek', '5W', 8],
    ['* * * * ++5', 'dayOfWeek', '+5', 9],
    ['* * * *', 'crontab', '* * * *', 0],
    ['* * * * * * * *', 'crontab', '* * * * * * * *', 0],
    ['', 'crontab', '', 0],
    ['   ', 'crontab', '', 0],
  ])('%s', (text, field, value, position) => {
    const error = refusal(text);
    expect([error.field, error.value, error.position]).toEqual([field, value, position]);
    expect(error.message).toContain(`at position ${position}`);
    expect(error.code).toBe('invalid-trigger');
  });

  it.each([null, undefined, 5, {}, ['* * * * *']])('takes no %s for a text', (text) => {
    expect(refusal(text).field).toBe('crontab');
  });

  it('takes a line with its end, as it stands in a file', () => {
    expect(read('0 9 * * *\r\n')).toEqual(read('0 9 * * *'));
    expect(refusal('0 9 * *\n*').field).toBe('crontab');
  });

  it('refuses more than 1,000 characters before reading any, and lists of more than 60 items', () => {
    expect(refusal(`x${' '.repeat(1_000)}`).expected).toBe('at most 1000 characters');
    expect(read(`${'0,'.repeat(59)}0 * * * *`)).toEqual(read('0 * * * *'));
    const error = refusal(`0 0 0 1 1 * ${'*/2,'.repeat(240)}2000`);
    expect([error.field, error.value, error.position]).toEqual(['year', '*/2', 12 + 60 * 4]);
  });
});

/** What the seed 'job-1' chooses. A change here moves every job that uses H. */
const GOLDEN = { minute: 32, hour: 15, day: 15, fifteenth: 2 };

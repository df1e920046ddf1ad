// Jobs as lines of text: written by one scheduler, read by another, all of them or none.
import { describe, expect, test } from 'vitest';
import {
  AndTrigger,
  CalendarIntervalTrigger,
  CronTrigger,
  DateTrigger,
  defineTask,
  ExceptTrigger,
  IntervalTrigger,
  type Job,
  OrTrigger,
  type Trigger,
} from '../../src/index.ts';
import { type Bench, short, started } from './bench.ts';

const note = defineTask('note', (..._args: unknown[]) => {});
const tasks = [note];

describe('exportJobs and importJobs', () => {
  const triggers: Trigger[] = [
    new DateTrigger({ runDate: '2026-03-01 12:00', timezone: 'Europe/Berlin' }),
    new DateTrigger(),
    new IntervalTrigger({ minutes: 7, seconds: 0.5 }),
    new CronTrigger({ day: 'last sun', hour: '0-3', timezone: 'America/New_York' }),
    CronTrigger.fromCrontab('0 0 1-15 may-aug *'),
    new CalendarIntervalTrigger({ months: 1, hour: 9 }),
    new AndTrigger([new CronTrigger({ hour: 9 }), new CronTrigger({ dayOfWeek: 'mon-fri' })]),
    new OrTrigger([new CronTrigger({ hour: 9 }), new IntervalTrigger({ hours: 5 })]),
    new ExceptTrigger({ trigger: new CronTrigger({ hour: 9 }), except: new CronTrigger({ day: 1 }) }),
  ];
  const odd = [
    [],
    ['text', 1, null, true, { a: [1] }],
    [new Date(0), new Map([[1, new Set(['a'])]]), 12n, new Uint8Array([1, 2]), undefined, -0, Number.NaN, Infinity],
    ['\u2028 \u{1f680} "\\ \ud83d'],
  ];

  async function exported(bench: Bench): Promise<string[]> {
    const lines: string[] = [];
    for await (const line of bench.scheduler.exportJobs()) lines.push(line);
    return lines;
  }

  const describeJob = (job: Job) => ({
    ...{ id: job.id, name: job.name, task: job.task, args: job.args, trigger: job.trigger.toJSON(), state: job.state },
    ...{
      executor: job.executor,
      tags: job.tags,
      policies: job.policies,
      next: job.nextRunTime,
      times: job.nextFireTimes(5),
    },
  });

  test('every kind of trigger, odd arguments and all policies come back equal', async () => {
    const from = await started({ tasks, jobStores: { default: { type: 'sqlite', url: ':memory:' } } });
    for (const [index, trigger] of triggers.entries()) {
      await from.scheduler.addJob(note, trigger, {
        ...{ id: `job/${index}%`, args: odd[index % odd.length] ?? [], tags: ['b', 'a'], name: `Job ${index}` },
        ...{ coalesce: false, misfireGraceTime: 1.5, maxInstances: 3, overlap: 'queue', timeout: { minutes: 2 } },
        ...{
          retry: { maxAttempts: 3, delay: 2, backoff: 1.5, maxDelay: 60 },
          jitter: [0, 2.5],
          priority: -3,
          keepRuns: 7,
        },
      });
    }
    await from.scheduler.addJob(note, 'interval', { hours: 1, id: 'paused', nextRunTime: null });
    const lines = await exported(from);
    const to = await started({ tasks });
    expect(await to.scheduler.importJobs(lines)).toBe(triggers.length + 1);
    const [there, here] = [await from.scheduler.getJobs(), await to.scheduler.getJobs()];
    expect(here.map(describeJob)).toEqual(there.map(describeJob));
    const parsed = (all: readonly string[]): unknown[] => all.map((line) => JSON.parse(line));
    expect(parsed(await exported(to))).toEqual(parsed(lines));
    expect(await to.scheduler.importJobs(lines.join(''), { replaceExisting: true })).toBe(0);
    await expect(to.scheduler.importJobs(lines.join(''))).rejects.toMatchObject({ code: 'job-conflict' });
    for (const bench of [from, to]) await bench.scheduler.shutdown();
  });

  test('lines may arrive in any pieces, and be edited by hand', async () => {
    const from = await started({ tasks });
    await from.scheduler.addJob(note, 'interval', { hours: 1, id: 'a', args: ['text'] });
    const text = (await exported(from)).join('').replace('"timeout":null', '"timeout":90').replace('"text"', '"other"');
    const to = await started({ tasks });
    async function* pieces() {
      for (let at = 0; at < text.length; at += 7) yield text.slice(at, at + 7);
      yield '\r\n\n';
    }
    expect(await to.scheduler.importJobs(pieces())).toBe(1);
    const job = await to.scheduler.getJob('a');
    expect([job?.args, job?.policies.timeout, short(job?.nextRunTime ?? 0)]).toEqual([
      ['other'],
      90,
      '2026-01-01T01:00:00Z',
    ]);
    for (const bench of [from, to]) await bench.scheduler.shutdown();
  });

  const line = {
    format: 1,
    id: 'z',
    name: 'z',
    task: 'note',
    args: [],
    executor: 'default',
    tags: [],
    state: 'active',
  };
  const good = {
    ...line,
    trigger: { kind: 'interval', options: { hours: 1 }, anchor: 0 },
    nextRunTime: '2026-01-01T01:00:00.000Z',
  };

  test.each<[string, string, RegExp]>([
    ['no JSON', '{"format":1', /^line 2: expected a line of JSON/],
    ['no object', '7', /^line 2: expected a JSON object/],
    ['another format', JSON.stringify({ ...good, format: 2 }), /^line 2\.format: expected 1, got 2/],
    ['no id', JSON.stringify({ ...good, id: '' }), /^line 2\.id: /],
    ['a misspelt field', JSON.stringify({ ...good, coalese: true }), /^line 2\.coalese: .* got true/],
    ['a wrong policy', JSON.stringify({ ...good, timeout: 'long' }), /^line 2\.timeout: /],
    ['a trigger of no kind', JSON.stringify({ ...good, trigger: { kind: 'moon', options: {} } }), /^line 2\..*moon/],
    ['a trigger that is no object', JSON.stringify({ ...good, trigger: 'cron' }), /^line 2\.trigger: /],
    ['tags that are no list', JSON.stringify({ ...good, tags: 'a' }), /^line 2\.tags: /],
    ['arguments that are no list', JSON.stringify({ ...good, args: {} }), /^line 2\.args: /],
    ['arguments nobody wrote', JSON.stringify({ ...good, args: undefined, encodedArgs: '["os:system"' }), /^line 2/],
    ['a state there is not', JSON.stringify({ ...good, state: 'asleep' }), /^line 2\.state: /],
    ['a time that is none', JSON.stringify({ ...good, nextRunTime: 'soon' }), /^line 2\.nextRunTime: /],
    [
      'a task that was a function of another process',
      JSON.stringify({ ...good, task: 'local:1:f' }),
      /^task of job 'z': /,
    ],
  ])('a line with %s is refused, and nothing is imported', async (_, bad, message) => {
    const { scheduler } = await started({ tasks });
    const text = `${JSON.stringify({ ...good, id: 'first' })}\n${bad}\n`;
    await expect(scheduler.importJobs(text)).rejects.toThrow(message);
    expect(await scheduler.getJobs()).toHaveLength(0);
    expect(await scheduler.importJobs(JSON.stringify(good))).toBe(1);
    await scheduler.shutdown();
  });
});

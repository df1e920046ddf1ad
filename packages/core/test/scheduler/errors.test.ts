// Every wrong input is refused when it is given, with an error that names the field, the value and what was expected.
import { describe, expect, test } from 'vitest';
import { defineTask, InvalidOptionError, SchedError, type Scheduler } from '../../src/index.ts';
import { Bench, rejection } from './bench.ts';

const report = function report() {};

/** `addJob` as JavaScript has it. */
type AddJob = (task: unknown, trigger?: unknown, options?: unknown) => Promise<unknown>;

async function schedulers(): Promise<[name: string, Scheduler][]> {
  const pending = new Bench().scheduler;
  const started = new Bench().scheduler;
  await started.start();
  return [
    ['pending', pending],
    ['started', started],
  ];
}

/** The error that `addJob` is refused with: the same before the start and after it, and nothing is added. */
async function refusal(task: unknown, trigger: unknown, options: unknown): Promise<unknown> {
  const errors: unknown[] = [];
  for (const [, scheduler] of await schedulers()) {
    const addJob = scheduler.addJob.bind(scheduler) as AddJob;
    errors.push(await rejection(addJob(task, trigger, options)));
    expect(await scheduler.getJobs()).toHaveLength(0);
    await scheduler.shutdown();
  }
  expect(String(errors[0])).toBe(String(errors[1]));
  return errors[1];
}

describe('addJob refuses', () => {
  const hourly = { hours: 1 };

  test('options of the job apart from those of the trigger', async () => {
    const { scheduler } = new Bench();
    const addJob = scheduler.addJob.bind(scheduler) as (...given: unknown[]) => Promise<unknown>;
    expect(await rejection(addJob(report, 'interval', hourly, { id: 'report' }))).toMatchObject({
      code: 'invalid-option',
      field: 'options',
    });
    const declare = scheduler.scheduledJob.bind(scheduler) as (...given: unknown[]) => (task: unknown) => unknown;
    expect(() => declare('interval', hourly, { id: 'report' })(report)).toThrow(InvalidOptionError);
  });

  test.each<[string, string, unknown, string]>([
    ['a misspelt option of the trigger', 'interval', { minutess: 5 }, 'minutess'],
    ['a misspelt option of the job', 'interval', { ...hourly, maxInstance: 2 }, 'maxInstance'],
    ['an interval of 0', 'interval', { seconds: 0 }, 'interval'],
    ['a negative interval', 'interval', { hours: -1 }, 'interval'],
    ['an interval of NaN', 'interval', { hours: Number.NaN }, 'hours'],
    ['an endless interval', 'interval', { hours: Number.POSITIVE_INFINITY }, 'hours'],
    ['a step of 0', 'cron', { minute: '*/0' }, 'minute'],
    ['a negative step', 'cron', { minute: '*/-2' }, 'minute'],
    ['a range backwards', 'cron', { hour: '5-1' }, 'hour'],
    ['an hour there is not', 'cron', { hour: 24 }, 'hour'],
    ['an empty item', 'cron', { minute: '5,' }, 'minute'],
    ['a name there is not', 'cron', { dayOfWeek: 'lundi' }, 'dayOfWeek'],
    ['an unknown zone', 'cron', { hour: 9, timezone: 'Mars/Olympus' }, 'timezone'],
    ['a zone that is a path', 'cron', { hour: 9, timezone: '../../etc/passwd' }, 'timezone'],
    ['a date that is none', 'date', { runDate: 'tomorrow' }, 'runDate'],
    ['an invalid Date', 'date', { runDate: new Date(Number.NaN) }, 'runDate'],
    ['a date out of range', 'date', { runDate: 9e15 }, 'runDate'],
    ['an end before the start', 'interval', { ...hourly, startDate: '2026-02-01', endDate: '2026-01-01' }, 'endDate'],
    ['an empty id', 'interval', { ...hourly, id: '' }, 'id'],
    ['an id of 256 bytes', 'interval', { ...hourly, id: 'é'.repeat(128) }, 'id'],
    ['an id with a NUL', 'interval', { ...hourly, id: 'a\0b' }, 'id'],
    ['an id that is a number', 'interval', { ...hourly, id: 7 }, 'id'],
    ['an empty name', 'interval', { ...hourly, name: '' }, 'name'],
    ['a number for arguments', 'interval', { ...hourly, args: 7 }, 'args'],
    ['tags that are a word', 'interval', { ...hourly, tags: 'red' }, 'tags'],
    ['an empty tag', 'interval', { ...hourly, tags: ['red', ''] }, 'tags[1]'],
    ['no time for the first run', 'interval', { ...hourly, nextRunTime: 'soon' }, 'nextRunTime'],
    ['replaceExisting without an id', 'interval', { ...hourly, replaceExisting: true }, 'id'],
    ['a word for true', 'interval', { ...hourly, id: 'a', replaceExisting: 'yes' }, 'replaceExisting'],
    ['a grace time of NaN', 'interval', { ...hourly, misfireGraceTime: Number.NaN }, 'misfireGraceTime'],
    ['a negative grace time', 'interval', { ...hourly, misfireGraceTime: -1 }, 'misfireGraceTime'],
    ['an endless timeout', 'interval', { ...hourly, timeout: Number.POSITIVE_INFINITY }, 'timeout'],
    ['a timeout of 0', 'interval', { ...hourly, timeout: 0 }, 'timeout'],
    ['a timeout in unknown units', 'interval', { ...hourly, timeout: { hour: 1 } }, 'timeout.hour'],
    ['no instance at all', 'interval', { ...hourly, maxInstances: 0 }, 'maxInstances'],
    ['half an instance', 'interval', { ...hourly, maxInstances: 1.5 }, 'maxInstances'],
    ['an overlap there is not', 'interval', { ...hourly, overlap: 'allow' }, 'overlap'],
    ['a jitter of NaN', 'interval', { ...hourly, jitter: Number.NaN }, 'jitter'],
    ['a jitter backwards', 'interval', { ...hourly, jitter: [5, -5] }, 'jitter'],
    ['a retry without a number', 'interval', { ...hourly, retry: {} }, 'retry.maxAttempts'],
    ['a retry that is a number', 'interval', { ...hourly, retry: 3 }, 'retry'],
    ['a misspelt option of retry', 'interval', { ...hourly, retry: { maxAttempts: 3, delays: 1 } }, 'retry.delays'],
    ['a backoff that shrinks', 'interval', { ...hourly, retry: { maxAttempts: 3, backoff: 0.5 } }, 'retry.backoff'],
    ['a priority of NaN', 'interval', { ...hourly, priority: Number.NaN }, 'priority'],
    ['a trigger of an unknown kind', 'moonphase', {}, 'trigger'],
    ['options that are a list', 'interval', [], 'options'],
    ['no options at all', 'interval', null, 'options'],
  ])('%s', async (_, trigger, options, field) => {
    const error = await refusal(report, trigger, options);
    expect(error).toBeInstanceOf(InvalidOptionError);
    if (!(error instanceof InvalidOptionError)) return;
    expect(error.field).toBe(field);
    expect(error.message).toContain(`${field}: expected ${error.expected}, got `);
    expect(['invalid-option', 'invalid-trigger']).toContain(error.code);
  });

  test('an option of the trigger beside a trigger object', async () => {
    const { IntervalTrigger } = await import('../../src/index.ts');
    const error = await refusal(report, new IntervalTrigger({ hours: 1 }), { hours: 2 });
    expect(error).toMatchObject({ field: 'hours', value: 2 });
  });

  test.each([
    ['nothing', undefined],
    ['a number', 7],
    ['an object that only looks like a task', { name: 'a', run: () => {} }],
  ])('%s for a task', async (_, task) => {
    expect(await refusal(task, 'interval', { hours: 1 })).toMatchObject({ field: 'task', value: task });
  });

  test('the name of a task that nobody registered, and says how to', async () => {
    const error = await refusal('send-report', 'interval', { hours: 1 });
    expect(error).toMatchObject({ code: 'task-not-found' });
    expect(String(error)).toContain(`tasks: [defineTask("send-report", …)]`);
  });

  test.each<[string, unknown, string]>([
    ['a function', { a: { b: () => {} } }, 'args[0].a.b'],
    ['a symbol', Symbol('x'), 'args[0]'],
    [
      'an instance of a class',
      new (class Point {
        x = 1;
      })(),
      'args[0]',
    ],
    ['an invalid Date', new Date(Number.NaN), 'args[0]'],
    ['a promise', Promise.resolve(), 'args[0]'],
  ])('arguments with %s, naming the place', async (_, arg, path) => {
    const error = await refusal(report, 'interval', { hours: 1, args: [arg] });
    expect(error).toMatchObject({ code: 'unserializable-arguments', path });
    expect(String(error)).toContain(`${path} cannot be stored: `);
  });
});

describe('in a store that outlives the process', () => {
  const durable = { jobStores: { default: { type: 'sqlite', url: ':memory:' } } };

  test.each([false, true])('a function is refused, and the error says how to name it (started: %s)', async (start) => {
    const { scheduler } = new Bench(durable);
    if (start) await scheduler.start();
    const error = await rejection(scheduler.addJob(report, 'interval', { hours: 1 }));
    expect(error).toMatchObject({ code: 'invalid-option', field: 'task', value: report });
    expect(String(error)).toMatch(/job store 'default' outlives the process .* defineTask\('report', report\)/);
    await scheduler.shutdown();
  });

  test('a task is taken, and its name from then on', async () => {
    const { scheduler } = new Bench(durable);
    const task = defineTask('send-report', report);
    await scheduler.start();
    await scheduler.addJob(task, 'interval', { hours: 1, id: 'a' });
    expect((await scheduler.addJob('send-report', 'interval', { hours: 1, id: 'b' })).task).toBe('send-report');
    const conflict = scheduler.addJob(
      defineTask('send-report', () => {}),
      'interval',
      { hours: 1, id: 'c' },
    );
    await expect(conflict).rejects.toMatchObject({ code: 'task-conflict' });
    await scheduler.shutdown();
  });
});

describe('what is not there', () => {
  test.each<[string, object, object]>([
    [
      'an executor',
      { executor: 'fast' },
      { code: 'unknown-executor', message: "there is no executor 'fast'; there are default" },
    ],
    [
      'a job store',
      { jobStore: 'redis' },
      { code: 'unknown-job-store', message: "there is no job store 'redis'; there are default" },
    ],
    ['a job store with the name of what every object has', { jobStore: 'constructor' }, { code: 'unknown-job-store' }],
  ])('%s is named at once, or at the start for a pending job', async (_, options, expected) => {
    const { scheduler } = new Bench();
    await scheduler.addJob(report, 'interval', { hours: 1, id: 'a', ...options });
    await expect(scheduler.start()).rejects.toMatchObject(expected);
    await scheduler.removeJob('a');
    await scheduler.start();
    const error = await rejection(scheduler.addJob(report, 'interval', { hours: 1, ...options }));
    expect(error).toBeInstanceOf(SchedError);
    expect(error).toMatchObject(expected);
    await scheduler.shutdown();
  });
});

describe('ids', () => {
  test.each([
    ["'; DROP TABLE jobs;--"],
    ['`back` "quoted" \'single\''],
    ['%_\\'],
    ['a/b/../c'],
    ['{x}:[y]*?'],
    ['__proto__'],
    ['constructor'],
    ['\u202eRTL \u{1f680} é'],
    ['line\r\nbreak\ttab'],
    ['.'],
    ['x'.repeat(255)],
    ['é'.repeat(127)],
  ])('%j comes back as it was', async (id) => {
    for (const type of ['memory', 'sqlite']) {
      const options = type === 'memory' ? { type } : { type, url: ':memory:' };
      const { scheduler, seconds } = new Bench({ jobStores: { default: options } });
      await scheduler.start();
      await scheduler.addJob(defineTask('note', report), 'interval', { seconds: 10, id, name: id, tags: [id] });
      await seconds(10);
      expect((await scheduler.getJobs({ tags: [id], search: id })).map((job) => [job.id, job.name])).toEqual([
        [id, id],
      ]);
      const [run] = await scheduler.getRuns({ jobId: id });
      expect(run).toMatchObject({ jobId: id, state: 'succeeded' });
      expect(await scheduler.cancelRun(run?.id ?? '')).toEqual(run);
      await scheduler.removeJob(id);
      expect(await scheduler.getJobs()).toHaveLength(0);
      await scheduler.shutdown();
    }
  });

  test('run ids of similar job ids are not mistaken for one another', async () => {
    const { scheduler, seconds } = new Bench();
    await scheduler.start();
    const ids = ['a', 'a/1', 'a%2F1', 'a/1/1'];
    for (const id of ids) await scheduler.addJob(report, 'interval', { seconds: 10, id });
    await seconds(10);
    const runs = await scheduler.getRuns();
    expect(new Set(runs.map((run) => run.id)).size).toBe(ids.length);
    await scheduler.shutdown();
  });
});

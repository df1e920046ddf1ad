// The calls people know, each with the fire times it has to have.
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import {
  CronTrigger,
  defineTask,
  type FlatConfiguration,
  parseConfiguration,
  Scheduler,
  type SchedulerOptions,
} from '../../src/index.ts';
import { Bench, HOUR, recorder, short } from './bench.ts';

describe('date', () => {
  test.each([
    ['a Date', new Date(2009, 10, 6, 16, 30, 5), short(new Date(2009, 10, 6, 16, 30, 5))],
    ['text in the zone of the scheduler', '2009-11-06 16:30:05', '2009-11-06T16:30:05Z'],
  ])('%s runs once, with its arguments', async (_, runDate, at) => {
    const { scheduler, clock } = new Bench({}, '2009-11-06T12:00:00Z');
    const { task: myJob, runs } = recorder(clock);
    await scheduler.start();
    const job = await scheduler.addJob(myJob, 'date', { runDate, args: ['text'] });
    expect(job.nextFireTimes(3).map(short)).toEqual([at]);
    await clock.advance(12 * HOUR);
    expect(runs).toEqual([{ at, fireTime: at, args: ['text'] }]);
    expect(await scheduler.getJobs()).toHaveLength(0);
    await scheduler.shutdown();
  });

  test('without a trigger a job runs at once', async () => {
    const { scheduler, clock } = new Bench();
    const { task, runs } = recorder(clock);
    await scheduler.start();
    await scheduler.addJob(task, undefined, { args: ['text'] });
    await clock.advance(0);
    expect(runs).toEqual([{ at: '2026-01-01T00:00:00Z', fireTime: '2026-01-01T00:00:00Z', args: ['text'] }]);
    await scheduler.shutdown();
  });
});

describe('interval', () => {
  test('every two hours from start to end, each up to two minutes late', async () => {
    const { scheduler, clock } = new Bench({}, '2010-10-10T09:00:00Z');
    const { task, runs, fireTimes } = recorder(clock);
    await scheduler.start();
    const options = { hours: 2, jitter: 120, startDate: '2010-10-10 09:30:00', endDate: '2014-06-15 11:00:00' };
    const job = await scheduler.addJob(task, 'interval', options);
    expect(job.nextFireTimes(2).map(short)).toEqual(['2010-10-10T09:30:00Z', '2010-10-10T11:30:00Z']);
    expect(job.trigger.previous('2015-01-01T00:00:00Z')).toBe(Date.UTC(2014, 5, 15, 9, 30));
    await clock.advance(4 * HOUR);
    expect(fireTimes()).toEqual(['2010-10-10T09:30:00Z', '2010-10-10T11:30:00Z']);
    for (const { at, fireTime } of runs) {
      expect(Date.parse(at) - Date.parse(fireTime)).toBeGreaterThan(0);
      expect(Date.parse(at) - Date.parse(fireTime)).toBeLessThanOrEqual(120_000);
    }
    await scheduler.shutdown();
  });
});

describe('cron', () => {
  test('the third friday of some months, at four hours', async () => {
    const { scheduler, clock } = new Bench({}, '2026-06-18T23:00:00Z');
    const { task, fireTimes } = recorder(clock);
    await scheduler.start();
    const job = await scheduler.addJob(task, 'cron', { month: '6-8,11-12', day: '3rd fri', hour: '0-3' });
    const june = ['2026-06-19T00:00:00Z', '2026-06-19T01:00:00Z', '2026-06-19T02:00:00Z', '2026-06-19T03:00:00Z'];
    expect(job.nextFireTimes(5).map(short)).toEqual([...june, '2026-07-17T00:00:00Z']);
    await clock.advance(6 * HOUR);
    expect(fireTimes()).toEqual(june);
    await scheduler.shutdown();
  });

  test('from a crontab', async () => {
    const { scheduler, clock } = new Bench({}, '2026-05-14T23:00:00Z');
    const { task, fireTimes } = recorder(clock);
    await scheduler.start();
    const job = await scheduler.addJob(task, CronTrigger.fromCrontab('0 0 1-15 may-aug *'));
    expect(job.nextFireTimes(2).map(short)).toEqual(['2026-05-15T00:00:00Z', '2026-06-01T00:00:00Z']);
    await clock.advance(2 * HOUR);
    expect(fireTimes()).toEqual(['2026-05-15T00:00:00Z']);
    await scheduler.shutdown();
  });

  test('fields left out before the last one given are any, those after it the least', () => {
    const written = new CronTrigger({ day: 1, minute: 20 });
    const meant = new CronTrigger({
      ...{ year: '*', month: '*', day: 1, week: '*', dayOfWeek: '*', hour: '*', minute: 20, second: 0 },
    });
    const from = '2026-01-31T22:00:00Z';
    const times = (trigger: CronTrigger) => {
      const found: number[] = [];
      for (let at = trigger.next(from); at !== null && found.length < 50; at = trigger.next(at)) found.push(at);
      return found.map(short);
    };
    expect(times(written)).toEqual(times(meant));
    expect(times(written).slice(0, 2)).toEqual(['2026-02-01T00:20:00Z', '2026-02-01T01:20:00Z']);
    expect(times(written)[24]).toBe('2026-03-01T00:20:00Z');
  });
});

describe('scheduledJob', () => {
  const lastSundays = ['2026-01-25T00:00:00Z', '2026-02-22T00:00:00Z'];

  test('around a function', async () => {
    const { scheduler, clock } = new Bench({}, '2026-01-24T23:00:00Z');
    const ran: string[] = [];
    const report = scheduler.scheduledJob('cron', { day: 'last sun' })(function report() {
      ran.push(short(clock.now()));
    });
    expect(report.name).toBe('report');
    await scheduler.start();
    const job = await scheduler.getJob('report');
    expect(job?.nextFireTimes(2).map(short)).toEqual(lastSundays);
    await clock.advance(2 * HOUR);
    expect(ran).toEqual(lastSundays.slice(0, 1));
    await scheduler.shutdown();
  });

  describe.each([
    ['standard', false],
    ['legacy', true],
  ])('as a %s decorator', (_, experimentalDecorators) => {
    const declare = ({ scheduler }: Bench, modifier: string): object => {
      const source = `class Reports { @scheduledJob('cron', { day: 'last sun' }) ${modifier} weekly() { return 'done'; } }`;
      const compilerOptions = { experimentalDecorators, target: ts.ScriptTarget.ES2022 };
      const { outputText } = ts.transpileModule(source, { compilerOptions });
      return new Function('scheduledJob', `${outputText}; return Reports;`)(scheduler.scheduledJob.bind(scheduler));
    };

    test('of a static method', async () => {
      const bench = new Bench({}, '2026-01-24T23:00:00Z');
      expect(declare(bench, 'static')).toHaveProperty('weekly');
      await bench.scheduler.start();
      const job = await bench.scheduler.getJob('weekly');
      expect(job?.nextFireTimes(2).map(short)).toEqual(lastSundays);
      await bench.clock.advance(2 * HOUR);
      expect(await bench.states('weekly')).toEqual(['succeeded']);
      await bench.scheduler.shutdown();
    });

    test('of a method of objects it is refused: there is no object to call it on', () => {
      expect(() => declare(new Bench(), '')).toThrow(/a static method/);
    });
  });
});

describe('jobs by their handle and by their id', () => {
  test('modify, pause, resume, reschedule, remove', async () => {
    const { scheduler, clock } = new Bench();
    const { task, runs } = recorder(clock);
    await scheduler.start();
    const job = await scheduler.addJob(task, 'interval', { minutes: 2, id: 'my-job' });
    await job.modify({ maxInstances: 6, name: 'Alternate name' });
    expect([job.name, job.policies.maxInstances]).toEqual(['Alternate name', 6]);
    await job.pause();
    expect([job.state, job.nextRunTime]).toEqual(['paused', null]);
    await clock.advance(10 * 60_000);
    expect(runs).toEqual([]);
    await job.resume();
    expect(job.nextFireTimes(1).map(short)).toEqual(['2026-01-01T00:12:00Z']);
    await job.reschedule('cron', { minute: '*/5' });
    expect(job.nextFireTimes(2).map(short)).toEqual(['2026-01-01T00:15:00Z', '2026-01-01T00:20:00Z']);
    await clock.advance(5 * 60_000);
    expect(runs.map((run) => run.fireTime)).toEqual(['2026-01-01T00:15:00Z']);
    await job.remove();
    expect(await scheduler.getJob('my-job')).toBeNull();
    await clock.advance(HOUR);
    expect(runs).toHaveLength(1);
    await scheduler.shutdown();
  });

  test('removeJob takes the job of the store that is named', async () => {
    const { scheduler, clock } = new Bench({ jobStores: { other: { type: 'memory' } } });
    const { task } = recorder(clock);
    await scheduler.start();
    for (const jobStore of ['default', 'other'])
      await scheduler.addJob(task, 'interval', { hours: 1, id: 'one', jobStore });
    await scheduler.removeJob('one', { jobStore: 'other' });
    expect((await scheduler.getJobs()).map((job) => [job.id, job.jobStore])).toEqual([['one', 'default']]);
    await scheduler.shutdown();
  });

  test('printJobs writes a list for people, before the start and after it', async () => {
    const { scheduler } = new Bench({ jobStores: { other: { type: 'memory' } } });
    const written: string[] = [];
    const out = { write: (text: string) => written.push(text) };
    await scheduler.addJob(function report() {}, 'interval', { hours: 1, id: 'one' });
    await scheduler.printJobs({ out });
    await scheduler.start();
    await scheduler.printJobs({ out });
    const line = '    report (trigger: interval[1:00:00], next run at: 2026-01-01T01:00:00.000Z)\n';
    expect(written).toEqual([
      `Pending jobs:\n${line}`,
      `Job store default:\n${line}Job store other:\n    No scheduled jobs\n`,
    ]);
    await scheduler.shutdown();
  });

  test('two stores and two executors in one scheduler', async () => {
    const { scheduler, clock } = new Bench({
      jobStores: { default: { type: 'sqlite', url: ':memory:' }, quick: { type: 'memory' } },
      executors: { default: { type: 'local', maxWorkers: 20 }, slow: { type: 'local', maxWorkers: 1 } },
    });
    const ran: string[] = [];
    await scheduler.start();
    scheduler.addTask(defineTask('note', (text: string) => ran.push(text)));
    await scheduler.addJob('note', 'interval', { seconds: 10, args: ['kept'], executor: 'slow' });
    await scheduler.addJob((text: string) => ran.push(text), 'interval', {
      seconds: 10,
      args: ['quick'],
      jobStore: 'quick',
    });
    await clock.advance(25_000);
    expect(ran.sort()).toEqual(['kept', 'kept', 'quick', 'quick']);
    expect((await scheduler.getRuns()).map((run) => `${run.jobStore} ${run.executor} ${run.state}`).sort()).toEqual([
      ...['default slow succeeded', 'default slow succeeded', 'quick default succeeded', 'quick default succeeded'],
    ]);
    await scheduler.shutdown();
  });
});

describe('three ways to write one configuration', () => {
  const objects: SchedulerOptions = {
    timezone: 'Europe/Berlin',
    jobStores: { default: { type: 'sqlite', url: ':memory:' }, quick: { type: 'memory' } },
    executors: { default: { type: 'local', maxWorkers: 20 }, slow: { type: 'local', maxWorkers: 5 } },
    jobDefaults: { coalesce: false, maxInstances: 3, misfireGraceTime: null },
  };
  const flat: FlatConfiguration = {
    'sched.timezone': 'Europe/Berlin',
    'sched.jobstores.default.type': 'sqlite',
    'sched.jobstores.default.url': ':memory:',
    'sched.jobstores.quick': { type: 'memory' },
    'sched.executors.default': { type: 'local', max_workers: '20' },
    'sched.executors.slow.type': 'local',
    'sched.executors.slow.max_workers': '5',
    'sched.job_defaults.coalesce': 'false',
    'sched.job_defaults.max_instances': '3',
    'sched.job_defaults.misfire_grace_time': 'None',
  };

  test('come to the same', () => {
    const configured = new Scheduler();
    configured.configure(objects);
    const expected = new Scheduler(objects).configuration;
    expect(expected.jobDefaults).toMatchObject({ coalesce: false, maxInstances: 3, misfireGraceMs: null });
    expect(expected.executors).toEqual({
      default: { type: 'local', maxWorkers: 20 },
      slow: { type: 'local', maxWorkers: 5 },
    });
    expect(new Scheduler(flat).configuration).toEqual(expected);
    expect(configured.configuration).toEqual(expected);
  });

  test('a configuration from the guide of APScheduler makes a scheduler as it stands', async () => {
    const guide: FlatConfiguration = {
      'apscheduler.jobstores.mongo': { type: 'mongodb' },
      'apscheduler.jobstores.default': { type: 'sqlalchemy', url: 'sqlite:///jobs.sqlite' },
      'apscheduler.executors.default': { class: 'apscheduler.executors.pool:ThreadPoolExecutor', max_workers: '20' },
      'apscheduler.executors.processpool': { type: 'processpool', max_workers: '5' },
      'apscheduler.job_defaults.coalesce': 'false',
      'apscheduler.job_defaults.max_instances': '3',
      'apscheduler.timezone': 'UTC',
    };
    expect(parseConfiguration(guide)).toMatchObject({
      timezone: 'UTC',
      jobStores: { mongo: { type: 'mongodb' }, default: { type: 'sqlite', url: 'sqlite:///jobs.sqlite' } },
      executors: {
        default: { type: 'threadpool', maxWorkers: 20 },
        processpool: { type: 'processpool', maxWorkers: 5 },
      },
      jobDefaults: { coalesce: false, maxInstances: 3 },
    });
    const scheduler = new Scheduler(guide);
    expect(Object.keys(scheduler.configuration.jobStores)).toEqual(['default', 'mongo']);
  });
});

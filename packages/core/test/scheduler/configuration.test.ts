// Configurations that are taken, and how those are refused that are not: by name, value and what was expected.
import { describe, expect, test, vi } from 'vitest';
import {
  defineTask,
  InvalidOptionError,
  LocalExecutor,
  MemoryStore,
  parseConfiguration,
  Scheduler,
  type SchedulerOptions,
} from '../../src/index.ts';
import { rejection } from './bench.ts';

/** What JavaScript can hand in and TypeScript would not. */
const parse = (options: unknown) => parseConfiguration(options as SchedulerOptions);

function refusal(options: unknown): InvalidOptionError {
  try {
    parse(options);
  } catch (error) {
    if (error instanceof InvalidOptionError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('what is taken', () => {
  test('nothing: a memory store, a local executor, UTC', () => {
    expect(parse({})).toMatchObject({
      timezone: 'UTC',
      jobStores: { default: { type: 'memory' } },
      executors: { default: { type: 'local', maxWorkers: 10 } },
      leaseMs: 60_000,
    });
  });

  test('an option that is undefined is one that was left out', () => {
    expect(parse({ timezone: undefined, jobStores: undefined })).toEqual(parse({}));
  });

  test('stores, executors and tasks that were made already', () => {
    const store = new MemoryStore();
    const executor = new LocalExecutor({ maxWorkers: 3 });
    const task = defineTask('note', () => {});
    const configuration = parse({ jobStores: { default: store }, executors: { default: executor }, tasks: [task] });
    expect(configuration.jobStores['default']).toBe(store);
    expect(configuration.executors['default']).toBe(executor);
    expect(configuration.tasks).toEqual([task]);
  });

  test('a later configuration goes on top of an earlier one', () => {
    const scheduler = new Scheduler({ timezone: 'Europe/Berlin', jobDefaults: { maxInstances: 3 } });
    scheduler.configure({ jobDefaults: { coalesce: false }, jobStores: { other: { type: 'memory' } } });
    expect(scheduler.configuration).toMatchObject({
      timezone: 'Europe/Berlin',
      jobDefaults: { maxInstances: 3, coalesce: false },
      jobStores: { default: { type: 'memory' }, other: { type: 'memory' } },
    });
  });

  test.each([
    ['sqlite:///jobs.sqlite', 'sqlite'],
    ['postgresql+psycopg2://user@host/db', 'postgres'],
    ['mysql://user@host/db', 'mysql'],
  ])('sqlalchemy at %s is %s', (url, type) => {
    expect(parse({ jobStores: { default: { type: 'sqlalchemy', url } } }).jobStores['default']).toEqual({ type, url });
  });

  test.each(['memory', 'redis', 'mongodb', 'postgres', 'postgresql', 'mysql', 'mariadb', 'sqlite'])(
    'a store of type %s',
    (type) => {
      expect(parse({ jobStores: { default: { type } } }).jobStores['default']).toHaveProperty('type');
    },
  );

  test.each([
    ['apscheduler.jobstores.memory:MemoryJobStore', 'memory'],
    ['apscheduler.jobstores.redis:RedisJobStore', 'redis'],
    ['apscheduler.jobstores.mongodb:MongoDBJobStore', 'mongodb'],
  ])('the class %s as a word for %s: nothing is imported', (name, type) => {
    expect(parse({ 'apscheduler.jobstores.default.class': name }).jobStores['default']).toEqual({ type });
  });

  test.each([
    ['true', true],
    ['Yes', true],
    ['on', true],
    ['false', false],
    ['no', false],
    ['off', false],
  ])('the word %s as %s', (word, meant) => {
    expect(parse({ 'sched.job_defaults.coalesce': word }).jobDefaults.coalesce).toBe(meant);
  });
});

describe('what is refused', () => {
  const log = { warn: () => {} };
  test.each<[string, unknown, string]>([
    ['an unknown option', { timezon: 'UTC' }, 'timezon'],
    ['an unknown section', { 'sched.job_default.coalesce': 'true' }, 'jobDefault'],
    ['a key without a prefix beside flat ones', { 'sched.timezone': 'UTC', timezone: 'UTC' }, 'timezone'],
    ['no object', 7, 'options'],
    ['a list', [], 'options'],
    ['null', null, 'options'],
    ['an unknown zone', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['an empty zone', { timezone: '' }, 'timezone'],
    ['a zone that is a path', { timezone: '../../etc/passwd' }, 'timezone'],
    ['a zone that is a number', { timezone: 5 }, 'timezone'],
    ['stores as a list', { jobStores: [] }, 'jobStores'],
    ['a store of an unknown type', { jobStores: { default: { type: 'cassandra' } } }, 'jobStores.default.type'],
    ['a store without a type', { jobStores: { default: {} } }, 'jobStores.default.type'],
    ['a store that is a word', { jobStores: { default: 'memory' } }, 'jobStores.default'],
    ['a type that every object has', { jobStores: { default: { type: 'constructor' } } }, 'jobStores.default.type'],
    ['a prototype as type', { jobStores: { default: { type: '__proto__' } } }, 'jobStores.default.type'],
    ['a class of somebody', { jobStores: { default: { class: 'os:system' } } }, 'jobStores.default.type'],
    ['sqlalchemy without a URL', { jobStores: { default: { type: 'sqlalchemy' } } }, 'jobStores.default.url'],
    [
      'sqlalchemy on Oracle',
      { jobStores: { default: { type: 'sqlalchemy', url: 'oracle://x' } } },
      'jobStores.default.url',
    ],
    ['an executor of an unknown type', { executors: { default: { type: 'celery' } } }, 'executors.default.type'],
    [
      'an option no executor has',
      { executors: { default: { type: 'local', maxWorker: 2 } } },
      'executors.default.maxWorker',
    ],
    ['job defaults of an unknown name', { jobDefaults: { max_instances: 3 } }, 'jobDefaults.max_instances'],
    ['a limit of 0', { jobDefaults: { maxInstances: 0 } }, 'jobDefaults.maxInstances'],
    ['a limit of NaN', { jobDefaults: { maxInstances: Number.NaN } }, 'jobDefaults.maxInstances'],
    ['a limit without bounds', { jobDefaults: { maxInstances: Number.POSITIVE_INFINITY } }, 'jobDefaults.maxInstances'],
    ['a grace time of NaN', { jobDefaults: { misfireGraceTime: Number.NaN } }, 'jobDefaults.misfireGraceTime'],
    ['a word for true', { jobDefaults: { coalesce: 'perhaps' } }, 'jobDefaults.coalesce'],
    ['a word for true, flat', { 'sched.job_defaults.coalesce': 'perhaps' }, 'jobDefaults.coalesce'],
    ['a word for a number, flat', { 'sched.job_defaults.max_instances': 'many' }, 'jobDefaults.maxInstances'],
    [
      'a value that is also a section',
      { 'sched.timezone': 'UTC', 'sched.timezone.name': 'UTC' },
      'sched.timezone.name',
    ],
    ['tasks that are functions', { tasks: [() => {}] }, 'tasks[0]'],
    ['tasks that are no list', { tasks: {} }, 'tasks'],
    ['a lease too short', { leaseTime: 0.5 }, 'leaseTime'],
    ['a lease of infinite length', { leaseTime: Number.POSITIVE_INFINITY }, 'leaseTime'],
    ['a lease in unknown units', { leaseTime: { fortnights: 1 } }, 'leaseTime.fortnights'],
    ['half a logger', { logger: log }, 'logger'],
    ['a clock that is none', { clock: {} }, 'clock'],
    ['a prototype among the options', JSON.parse('{"__proto__":{"timezone":"UTC"}}'), '__proto__'],
  ])('%s', (_, options, field) => {
    const error = refusal(options);
    expect(error.field).toBe(field);
    expect(error.expected).not.toBe('');
    expect(error.message).toContain(`${field}: expected ${error.expected}, got `);
    expect(error.code).toBe('invalid-option');
  });

  test('what is expected of job defaults are the names people write', () => {
    expect(refusal({ jobDefaults: { misfireGrace: 3 } }).expected).toMatch(/misfireGraceTime.*timeout/);
  });

  test.each<[string, SchedulerOptions, RegExp]>([
    [
      'no threads',
      { executors: { default: { type: 'threadpool', maxWorkers: 0 } } },
      /^executors\.default\.maxWorkers: expected .* got 0/,
    ],
    [
      'no processes',
      { executors: { default: { type: 'processpool', maxWorkers: 0 } } },
      /^executors\.default\.maxWorkers: .* got 0/,
    ],
    [
      '0 workers',
      { executors: { default: { type: 'local', maxWorkers: 0 } } },
      /^executors\.default\.maxWorkers: expected .* got 0/,
    ],
    [
      'NaN workers',
      { executors: { default: { type: 'local', maxWorkers: Number.NaN } } },
      /^executors\.default\.maxWorkers: .* got NaN/,
    ],
    [
      'an unknown option of the memory store',
      { jobStores: { default: { type: 'memory', size: 3 } } },
      /^jobStores\.default\.size: expected/,
    ],
    ['sqlite without a file', { jobStores: { default: { type: 'sqlite' } } }, /^jobStores\.default\.url: expected/],
    [
      'an unknown option of sqlite',
      { jobStores: { default: { type: 'sqlite', url: ':memory:', tablename: 'x' } } },
      /^jobStores\.default\.tablename: expected the option tablePrefix/,
    ],
    [
      'a store on a server without its URL',
      { jobStores: { default: { type: 'postgres' } } },
      /^jobStores\.default\.url: expected/,
    ],
    [
      'a URL of another kind',
      { jobStores: { default: { type: 'mysql', url: 'redis://x' } } },
      /^jobStores\.default\.url: expected/,
    ],
    [
      'SQL in the name of a table',
      { jobStores: { default: { type: 'postgres', url: 'postgres://x', tablePrefix: 'a"; DROP TABLE b; --' } } },
      /^jobStores\.default\.tablePrefix: /,
    ],
  ])('by the constructor, and by configure: %s', (_, options, message) => {
    expect(() => new Scheduler(options)).toThrow(message);
    const scheduler = new Scheduler();
    const before = scheduler.configuration;
    expect(() => scheduler.configure(options)).toThrow(message);
    expect(scheduler.configuration).toBe(before);
  });

  const url = 'postgresql+psycopg2://me:s3cret@host/db';
  test.each<[string, unknown, string, RegExp]>([
    ['a time', { 'apscheduler.jobstore_retry_interval': '10' }, 'jobstoreRetryInterval', /by themselves, got 10$/],
    ['a flag', { daemon: true }, 'daemon', /BackgroundScheduler/],
    ['a loop', { event_loop: {} }, 'event_loop', /one event loop/],
    [
      'a table',
      { 'apscheduler.jobstores.main': { type: 'sqlalchemy', url, tablename: 'jobs' } },
      'jobStores.main.tablename',
      /tablePrefix.* got "jobs"$/,
    ],
    [
      'an engine',
      { 'apscheduler.jobstores.main': { type: 'sqlalchemy', engine: 'app:engine' } },
      'jobStores.main.engine',
      /option pool/,
    ],
    [
      'a password',
      { jobStores: { main: { type: 'sqlalchemy', url, engine_options: { password: 's3cret' } } } },
      'jobStores.main.engine_options',
      /the url/,
    ],
    [
      'a key',
      { 'apscheduler.jobstores.main': { type: 'redis', jobs_key: 'jobs' } },
      'jobStores.main.jobsKey',
      /option prefix/,
    ],
    [
      'a protocol',
      { 'apscheduler.jobstores.main': { type: 'redis', pickle_protocol: '4' } },
      'jobStores.main.pickleProtocol',
      /nothing is pickled/,
    ],
    [
      'arguments of a pool',
      { 'apscheduler.executors.main': { type: 'threadpool', pool_kwargs: {} } },
      'executors.main.poolKwargs',
      /idleTimeout/,
    ],
  ])('of another scheduler, with what stands in its place: %s', (_, options, field, message) => {
    const make = () => new Scheduler(options as SchedulerOptions);
    const refused = { code: 'invalid-option', field, message: expect.stringMatching(message) };
    expect(make).toThrow(expect.objectContaining(refused));
    expect(make).not.toThrow('s3cret');
  });

  test('once it has started', async () => {
    const scheduler = new Scheduler({ logger: null });
    await scheduler.start();
    expect(() => scheduler.configure({ timezone: 'UTC' })).toThrow(/cannot configure: the scheduler is running/);
    await scheduler.shutdown();
  });

  test('two functions under one name', async () => {
    const tasks = [defineTask('note', () => 1), defineTask('note', () => 2)];
    const refused = await rejection((async () => new Scheduler({ tasks, logger: null }).start())());
    expect(refused).toMatchObject({ code: 'task-conflict' });
  });
});

describe('prototypes', () => {
  test.each([
    ['flat', { 'sched.jobstores.__proto__.type': 'memory', 'sched.executors.constructor.type': 'local' }],
    [
      'objects',
      { jobStores: JSON.parse('{"__proto__":{"type":"memory"}}'), executors: { constructor: { type: 'local' } } },
    ],
  ])('an alias such as __proto__ is an alias like any other: %s', (_, options) => {
    const { jobStores, executors } = parse(options);
    expect(Object.keys(jobStores)).toEqual(['default', '__proto__']);
    expect(Object.keys(executors)).toEqual(['default', 'constructor']);
    expect(({} as Record<string, unknown>)['type']).toBeUndefined();
  });

  test('a part that names the prototype pollutes nothing', () => {
    expect(() => parse({ 'sched.__proto__.polluted': 'yes' })).toThrow(InvalidOptionError);
    expect(() => parse({ 'sched.job_defaults.__proto__.polluted': 'yes' })).toThrow(InvalidOptionError);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('the logger', () => {
  test('is the console unless told otherwise', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const scheduler = new Scheduler();
    scheduler.on('scheduler:started', () => {
      throw new Error('broken listener');
    });
    await scheduler.start();
    await scheduler.shutdown();
    expect(error.mock.calls.flat().join()).toMatch(
      /\[sched\] error in a listener of scheduler:started: .*broken listener/s,
    );
    error.mockRestore();
  });
});

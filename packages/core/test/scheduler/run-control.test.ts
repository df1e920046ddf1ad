// What people ask of jobs and runs: now, again, for the past, to wait, to end; and policies that end a job by themselves.
import { describe, expect, test } from 'vitest';
import { currentRun, DateTrigger, defineTask, IntervalTrigger, MemoryStore, type Run } from '../../src/index.ts';
import { Bench, gate, HOUR, rejection, short, started } from './bench.ts';

const HOURLY = { hours: 1, id: 'a' };
const times = (runs: readonly Run[]) => runs.map((run) => short(run.fireTime));

describe('a run out of turn', () => {
  test('waits while the job is at its limit, unless it is to ignore it', async () => {
    const { scheduler, seconds, settle } = await started();
    const { opened, open } = gate();
    await scheduler.addJob(() => opened, 'interval', HOURLY);
    const first = await scheduler.runJob('a');
    await seconds(1);
    const second = await scheduler.runJob('a');
    const third = await scheduler.runJob('a', { ignoreMaxInstances: true });
    await seconds(1);
    const state = async ({ id }: Run) => (await scheduler.getRun(id))?.state;
    expect([await state(first), await state(second), await state(third)]).toEqual(['running', 'queued', 'running']);
    open();
    await settle();
    expect(await state(second)).toBe('succeeded');
    expect(await rejection(scheduler.runJob('a', { ignoreMaxInstances: 1 as never }))).toMatchObject({
      field: 'ignoreMaxInstances',
    });
    await scheduler.shutdown();
  });
});

describe('a run tried again', () => {
  test('is the same run with another attempt', async () => {
    const { scheduler, seconds, told } = await started();
    let fails = true;
    const keys: (string | undefined)[] = [];
    const task = () => {
      keys.push(currentRun()?.idempotencyKey);
      if (fails) throw new Error('out of paper');
    };
    await scheduler.addJob(task, 'interval', HOURLY);
    await seconds(3600);
    const [failed] = await scheduler.getRuns({ state: 'failed' });
    fails = false;
    const waiting = await scheduler.retryRun(failed?.id ?? '');
    expect(waiting).toMatchObject({ id: failed?.id, state: 'queued', outcome: null, finishedAt: null });
    await seconds(1);
    expect(await scheduler.getRun(waiting.id)).toMatchObject({
      ...{ state: 'succeeded', reason: 'retry', attempt: 2, error: null },
      attempts: [
        { number: 1, outcome: 'failed', error: 'Error: out of paper' },
        { number: 2, outcome: 'succeeded', error: null },
      ],
    });
    expect(new Set(keys).size).toBe(1);
    expect(told('run:')).toEqual(['run:started', 'run:failed', 'run:started', 'run:succeeded']);
    expect(await rejection(scheduler.retryRun(waiting.id))).toMatchObject({ code: 'run-state', state: 'succeeded' });
    expect(await rejection(scheduler.retryRun('nobody/1/1'))).toMatchObject({ code: 'run-not-found' });
    await scheduler.shutdown();
  });

  test('is none whose job is gone', async () => {
    const { scheduler, seconds } = await started();
    let count = 0;
    const task = () => {
      if (count++ === 0) throw new Error('once');
    };
    await scheduler.addJob(task, 'date', { runDate: '2026-01-01T00:00:01Z' });
    await seconds(2);
    const [failed] = await scheduler.getRuns({ state: 'failed' });
    expect(await scheduler.getJobs()).toHaveLength(0);
    expect(await rejection(scheduler.retryRun(failed?.id ?? ''))).toMatchObject({ code: 'job-not-found' });
    await scheduler.shutdown();
  });
});

describe('a backfill', () => {
  test('records a run for each fire time of the past that has none', async () => {
    const { scheduler, seconds, clock } = await started();
    await scheduler.addJob(() => {}, 'interval', HOURLY);
    await seconds(2 * 3600 + 60);
    const from = '2025-12-31T20:30:00Z';
    const { runs, recorded, next } = await scheduler.backfill('a', { from });
    expect(times(runs)).toEqual([]);
    expect([recorded.map(short), next]).toEqual([['2026-01-01T01:00:00Z', '2026-01-01T02:00:00Z'], null]);
    const job = await scheduler.rescheduleJob(
      'a',
      new IntervalTrigger({ hours: 1, startDate: '2025-12-31T00:00:00Z' }),
    );
    const first = await job.backfill({ from, limit: 2 });
    expect(times(first.runs)).toEqual(['2025-12-31T21:00:00Z', '2025-12-31T22:00:00Z']);
    expect(first.runs[0]).toMatchObject({ reason: 'backfill', state: 'queued' });
    expect(first.next).toEqual(new Date('2025-12-31T23:00:00Z'));
    const rest = await scheduler.backfill('a', { from: first.next ?? 0, to: clock.now() });
    expect(times(rest.runs)).toEqual(['2025-12-31T23:00:00Z', '2026-01-01T00:00:00Z']);
    await seconds(1);
    const again = await scheduler.backfill('a', { from });
    expect([again.runs, again.recorded.length, again.next]).toEqual([[], 6, null]);
    const states = await scheduler.getRuns({ jobId: 'a' });
    expect(states.map(({ state, fireTime }) => [state, short(fireTime)])).toEqual(
      [2, 1, 0, -1, -2, -3].map((hour) => ['succeeded', short(Date.UTC(2026, 0, 1) + hour * HOUR)]),
    );
    await scheduler.shutdown();
  });

  test.each([
    ['limit', { from: 0, limit: 0 }],
    ['limit', { from: 0, limit: 1001 }],
    ['to', { from: 0, to: '2027-01-01' }],
    ['from', { from: '2025-06-01', to: '2025-05-01' }],
    ['from', { from: 'soon' }],
    ['from', {}],
    ['until', { from: 0, until: 1 }],
  ])('refuses a wrong %s', async (field, options) => {
    const { scheduler } = await started();
    await scheduler.addJob(() => {}, 'interval', HOURLY);
    expect(await rejection(scheduler.backfill('a', options as never))).toMatchObject({ code: 'invalid-option', field });
    await scheduler.shutdown();
  });
});

test('a pause keeps its reason, of a job that is pending too', async () => {
  const { scheduler, events } = new Bench();
  await scheduler.addJob(() => {}, 'interval', HOURLY);
  await scheduler.pauseJob('a', { reason: 'while we move' });
  expect((await scheduler.getJob('a'))?.note).toBe('while we move');
  await scheduler.start();
  const job = await scheduler.getJob('a');
  expect([job?.state, job?.note]).toEqual(['paused', 'while we move']);
  await job?.resume();
  expect([job?.state, job?.note]).toEqual(['active', null]);
  await job?.pause({ reason: 'again' });
  expect(events.at(-1)).toMatchObject({ type: 'job:paused', reason: 'again' });
  await scheduler.shutdown();
});

test('the runs that wait end with their job, and are told', async () => {
  const { scheduler, seconds, told } = await started();
  await scheduler.addJob(() => new Promise(() => {}), 'interval', { ...HOURLY, overlap: 'queue' });
  await seconds(3 * 3600);
  await scheduler.removeJob('a');
  expect(told('run:')).toEqual(['run:started', 'run:cancelled', 'run:cancelled']);
  expect((await scheduler.getRuns()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'running']);
  await scheduler.shutdown({ wait: false });
});

test('runs that wait for an executor this process lacks are told once, and shown', async () => {
  const store = new MemoryStore();
  const first = new Bench({
    jobStores: { default: store },
    executors: { default: { type: 'local' }, pool: { type: 'local' } },
  });
  await first.scheduler.start();
  await first.scheduler.addJob(() => {}, 'interval', { ...HOURLY, executor: 'pool', overlap: 'queue' });
  await first.scheduler.removeExecutor('pool');
  await first.seconds(2 * 3600 + 20);
  expect(first.scheduler.health().unknownExecutors).toEqual({ pool: 2 });
  expect(first.events.filter(({ type }) => type === 'executor:unknown')).toMatchObject([
    { executor: 'pool', waiting: 1, jobStore: 'default' },
  ]);
  await first.scheduler.addExecutor('pool', { type: 'local' });
  await first.seconds(20);
  expect(first.scheduler.health().unknownExecutors).toEqual({});
  expect(await first.states('a')).toEqual(['succeeded', 'succeeded']);
  await first.scheduler.shutdown();
});

describe('a job ends by itself', () => {
  test('after maxRuns: those that started, however many were due', async () => {
    const { scheduler, seconds, told, states } = await started();
    await scheduler.addJob(() => {}, 'interval', { ...HOURLY, maxRuns: 3 });
    await seconds(3600);
    await scheduler.runJob('a');
    await seconds(5 * 3600);
    expect(await states('a')).toHaveLength(4);
    const job = await scheduler.getJob('a');
    expect([job?.state, job?.nextRunTime]).toEqual(['finished', null]);
    expect(told('job:')).toEqual(['job:added', 'job:finished']);
    await job?.modify({ maxRuns: 4 });
    expect(job?.state).toBe('active');
    await seconds(3 * 3600);
    expect(await states('a')).toHaveLength(5);
    await scheduler.shutdown();
  });

  test('whatever brings it there is told, and to resume it then changes nothing', async () => {
    const { scheduler, told } = await started();
    const endDate = '2025-12-31T00:00:00Z';
    const over = await scheduler.addJob(() => {}, 'interval', { ...HOURLY, id: 'over', endDate });
    const job = await scheduler.addJob(() => {}, 'interval', HOURLY);
    await job.pause();
    await job.modify({ endDate });
    await job.resume();
    for (const each of [job, over]) expect((await each.resume()).state).toBe('finished');
    await job.modify({ endDate: null });
    await job.modify({ endDate });
    expect(told('job:')).toEqual([
      ...['job:added', 'job:finished', 'job:added', 'job:paused', 'job:modified', 'job:resumed', 'job:finished'],
      ...['job:modified', 'job:modified', 'job:finished'],
    ]);
    await scheduler.shutdown();
  });

  test('after maxRuns also when it catches up', async () => {
    const { scheduler, seconds, states } = await started();
    await scheduler.addJob(() => {}, 'interval', { ...HOURLY, maxRuns: 3, coalesce: false });
    await scheduler.pause();
    await seconds(10 * 3600);
    await scheduler.resume();
    await seconds(60);
    expect(await states('a')).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect((await scheduler.getJob('a'))?.state).toBe('finished');
    await scheduler.shutdown();
  });

  test('outside its startDate and endDate, whatever its trigger', async () => {
    const { scheduler, seconds } = await started();
    const bounds = { startDate: '2026-01-01 02:30:00', endDate: '2026-01-01T04:00:00Z' };
    const job = await scheduler.addJob(() => {}, new IntervalTrigger({ hours: 1 }), { id: 'a', ...bounds });
    expect(job.nextFireTimes(9).map(short)).toEqual(['2026-01-01T03:00:00Z', '2026-01-01T04:00:00Z']);
    expect(job.policies).toMatchObject({ endDate: new Date(bounds.endDate) });
    await scheduler.addJob(() => {}, new DateTrigger({ runDate: '2026-01-01T05:00:00Z' }), { id: 'late', ...bounds });
    expect((await scheduler.getJob('late'))?.state).toBe('finished');
    await seconds(6 * 3600);
    expect(times(await scheduler.getRuns()).reverse()).toEqual(['2026-01-01T03:00:00Z', '2026-01-01T04:00:00Z']);
    await scheduler.modifyJob('a', { endDate: null });
    expect((await scheduler.getJob('a'))?.nextRunTime).toEqual(new Date('2026-01-01T07:00:00Z'));
    await scheduler.shutdown();
  });

  test('after so many failures in a row, each counted after its last attempt', async () => {
    const { scheduler, seconds, events, states } = await started();
    let good = 0;
    const task = () => {
      if (good-- > 0) return;
      throw new Error('no paper');
    };
    const policies = { pauseOnFailure: 2, retry: { maxAttempts: 2, delay: 1 } };
    await scheduler.addJob(task, 'interval', { ...HOURLY, ...policies });
    await seconds(3600 + 5);
    good = 1;
    await seconds(3600);
    await seconds(5 * 3600);
    expect(await states('a')).toEqual(['failed', 'succeeded', 'failed', 'failed']);
    const job = await scheduler.getJob('a');
    expect([job?.state, job?.note]).toEqual([
      'paused',
      'paused after 2 runs in a row that ended badly; the last one failed: Error: no paper',
    ]);
    expect(events.filter(({ type }) => type === 'job:paused')).toMatchObject([{ jobId: 'a', reason: job?.note }]);
    await job?.resume();
    await seconds(3600 + 5);
    expect((await scheduler.getJob('a'))?.state).toBe('active');
    await scheduler.shutdown();
  });
});

test('only what its policy means is tried again', async () => {
  const { scheduler, seconds, events } = await started();
  const retry = { maxAttempts: 3, delay: 1, backoff: 1 };
  const failing = (code: string) => () => Promise.reject(Object.assign(new TypeError(code), { code }));
  const jobs = {
    on: [failing('ECONNRESET'), { ...retry, on: ['ECONNRESET'] }],
    other: [failing('ENOENT'), { ...retry, on: ['ECONNRESET'] }],
    name: [failing('ENOENT'), { ...retry, on: ['TypeError'] }],
    notOn: [failing('ENOENT'), { ...retry, notOn: ['ENOENT'] }],
    both: [failing('ENOENT'), { ...retry, on: ['TypeError'], notOn: ['ENOENT'] }],
  } as const;
  for (const [id, [task, policy]] of Object.entries(jobs))
    await scheduler.addJob(task, 'date', { id, runDate: '2026-01-01T00:00:01Z', retry: policy });
  await scheduler.addJob(() => new Promise(() => {}), 'date', {
    ...{ id: 'slow', runDate: '2026-01-01T00:00:01Z', timeout: 1, retry: { ...retry, on: ['timed-out'] } },
  });
  await seconds(30);
  const attempts = (await scheduler.getRuns()).map(({ jobId, attempt }) => [jobId, attempt]).sort();
  expect(Object.fromEntries(attempts)).toEqual({ both: 1, name: 3, notOn: 1, on: 3, other: 1, slow: 3 });
  expect(events.filter(({ type }) => type === 'run:retrying')).toHaveLength(6);
  await scheduler.shutdown();
});

describe('two schedulers on one store', () => {
  async function two() {
    const store = new MemoryStore();
    const first = new Bench({ jobStores: { default: store } });
    const second = new Bench({ jobStores: { default: store } }, undefined, first.clock);
    return { first, second };
  }

  test('cancel each other’s runs by a heartbeat at the latest', async () => {
    const { first, second } = await two();
    const aborted = gate<number>();
    const task = defineTask('wait', () => {
      currentRun()?.signal.addEventListener('abort', () => aborted.open(first.clock.now()));
      return new Promise(() => {});
    });
    for (const { scheduler } of [first, second]) scheduler.addTask(task);
    await first.scheduler.start();
    await first.scheduler.addJob(task, 'interval', HOURLY);
    await first.seconds(3600);
    await second.scheduler.start();
    const [run] = await second.scheduler.getRuns({ state: 'running' });
    const askedAt = first.clock.now();
    expect(await second.scheduler.cancelRun(run?.id ?? '')).toMatchObject({ state: 'running' });
    await first.seconds(15);
    expect((await aborted.opened) - askedAt).toBeLessThanOrEqual(15_000);
    expect((await second.scheduler.getRun(run?.id ?? ''))?.state).toBe('cancelled');
    for (const { scheduler } of [first, second]) await scheduler.shutdown();
  });

  test('take over each other’s retries', async () => {
    const { first, second } = await two();
    const task = defineTask('once', () => {
      if (currentRun()?.attempt === 1) throw new Error('not here');
    });
    for (const { scheduler } of [first, second]) scheduler.addTask(task);
    await first.scheduler.start();
    await first.scheduler.addJob(task, 'interval', { ...HOURLY, retry: { maxAttempts: 2, delay: 60 } });
    await first.seconds(3600);
    const owner = first.scheduler.health().schedulerId;
    await first.scheduler.shutdown();
    await second.scheduler.start();
    await second.seconds(61);
    const [run] = await second.scheduler.getRuns();
    expect(run).toMatchObject({ state: 'succeeded', attempt: 2, owner: second.scheduler.health().schedulerId });
    expect(run?.attempts).toMatchObject([{ outcome: 'failed', owner }, { outcome: 'succeeded' }]);
    await second.scheduler.shutdown();
  });
});

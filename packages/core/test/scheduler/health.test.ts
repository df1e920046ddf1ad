// How a scheduler says it is, and what it does while a job store fails.
import { describe, expect, test } from 'vitest';
import { defineTask, type JobStore, MemoryStore } from '../../src/index.ts';
import { Bench, gate, recorder } from './bench.ts';

/** A memory store whose operations can be made to fail by name. */
function failingStore() {
  const failing = new Set<string>();
  const calls: string[] = [];
  const store: JobStore = new Proxy(new MemoryStore(), {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        calls.push(String(name));
        if (failing.has(String(name))) return Promise.reject(new Error(`${String(name)} failed`));
        return Reflect.apply(member, target, args) as unknown;
      };
    },
  });
  const operations = [
    'claimDue',
    'commitFires',
    'claimRuns',
    'finishRuns',
    'heartbeat',
    'nextWake',
    'prune',
    'unknownTasks',
    'unknownExecutors',
  ];
  return {
    store,
    calls,
    fail: (...names: string[]) => {
      for (const name of names.length > 0 ? names : operations) failing.add(name);
    },
    heal: () => failing.clear(),
  };
}

describe('health', () => {
  test('of a scheduler over its life', async () => {
    const { scheduler, clock, seconds } = new Bench();
    const { opened, open } = gate();
    expect(scheduler.health()).toEqual({
      ...{ status: 'stopped', state: 'stopped', schedulerId: null, lastTickAgeMs: null, lagMs: 0, running: 0 },
      ...{ jobStores: {}, executors: {}, unknownTasks: {}, unknownExecutors: {} },
    });
    await scheduler.start();
    await scheduler.addJob(() => opened, 'interval', { seconds: 10, id: 'a' });
    await seconds(12);
    expect(scheduler.health()).toMatchObject({
      ...{
        status: 'ok',
        state: 'running',
        schedulerId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        lastTickAgeMs: 2000,
        lagMs: 0,
      },
      ...{ running: 1, executors: { default: { type: 'local', free: 9 } } },
      jobStores: { default: { type: 'memory', durable: false, status: 'ok', error: null, since: null } },
    });
    await scheduler.pause();
    expect(scheduler.health()).toMatchObject({ status: 'stopped', state: 'paused', running: 1 });
    clock.jump(18_500);
    await scheduler.resume();
    await clock.advance(0);
    expect(scheduler.health().lagMs).toBe(10_500);
    open();
    await scheduler.shutdown();
    expect(scheduler.health()).toMatchObject({ status: 'stopped', state: 'shutdown', running: 0, schedulerId: null });
  });
});

describe('unknown tasks', () => {
  test('are shown and told once; the jobs stay for a process that knows them', async () => {
    const jobStores = { default: new MemoryStore(), other: new MemoryStore() };
    const task = defineTask('send-report', () => {});
    const first = new Bench({ jobStores });
    await first.scheduler.start();
    for (const [id, jobStore] of [
      ['a', 'default'],
      ['b', 'default'],
      ['c', 'other'],
    ] as const) {
      await first.scheduler.addJob(task, 'interval', { seconds: 10, id, jobStore });
    }
    await first.scheduler.shutdown();
    const second = new Bench({ jobStores }, undefined, first.clock);
    await second.scheduler.start();
    await second.seconds(600);
    expect(second.scheduler.health()).toMatchObject({ status: 'ok', unknownTasks: { 'send-report': 3 } });
    expect(second.events.filter((event) => event.type === 'task:unknown')).toMatchObject([
      { task: 'send-report', waiting: 2, jobStore: 'default' },
      { task: 'send-report', waiting: 1, jobStore: 'other' },
    ]);
    expect(await second.scheduler.getJobs()).toHaveLength(3);
    second.scheduler.addTask(task);
    await second.settle();
    expect([...(await second.scheduler.getRuns())].map((run) => [run.jobId, run.state, run.coalesced])).toEqual([
      ...[
        ['b', 'succeeded', 59],
        ['a', 'succeeded', 59],
        ['c', 'succeeded', 59],
      ],
    ]);
    await second.seconds(70);
    expect(second.scheduler.health().unknownTasks).toEqual({});
    await second.scheduler.shutdown();
  });
});

describe('a job store that fails', () => {
  test('degrades the scheduler and nothing else; afterwards what was due runs', async () => {
    const { store, fail, heal } = failingStore();
    const lines: string[] = [];
    const logger = { warn: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
    const { scheduler, clock, seconds, told, events } = new Bench({
      logger,
      jobStores: { default: store, other: { type: 'memory' } },
    });
    const { task, fireTimes } = recorder(clock);
    const { task: untouched, runs } = recorder(clock);
    await scheduler.start();
    await scheduler.addJob(task, 'interval', { seconds: 10, id: 'a' });
    await scheduler.addJob(untouched, 'interval', { seconds: 10, id: 'b', jobStore: 'other' });
    await seconds(15);
    fail();
    await seconds(60);
    expect(scheduler.health()).toMatchObject({
      status: 'degraded',
      jobStores: {
        default: { status: 'degraded', error: 'claimDue failed', since: new Date('2026-01-01T00:00:20Z') },
        other: { status: 'ok' },
      },
    });
    expect(runs).toHaveLength(7);
    expect(fireTimes()).toEqual(['2026-01-01T00:00:10Z']);
    heal();
    await seconds(5);
    expect(scheduler.health()).toMatchObject({
      status: 'ok',
      jobStores: { default: { status: 'ok', error: null, since: null } },
    });
    expect(fireTimes().slice(0, 2)).toEqual(['2026-01-01T00:00:10Z', '2026-01-01T00:01:10Z']);
    expect(told('job-store:')).toEqual(['job-store:degraded', 'job-store:recovered']);
    expect(events.find((event) => event.type === 'job-store:recovered')).toMatchObject({ alias: 'default' });
    expect(lines).toEqual([
      "[sched] job store 'default' fails and is tried again: claimDue failed",
      expect.stringMatching(/^\[sched\] job store 'default' works again after \d+ ms$/),
    ]);
    await scheduler.shutdown();
    expect(clock.waiting).toBe(0);
  });

  test('is asked less and less often, and at least every five seconds', async () => {
    const { store, fail, calls } = failingStore();
    const { scheduler, clock } = new Bench({ jobStores: { default: store } });
    await scheduler.start();
    await clock.advance(0);
    fail();
    scheduler.wakeup();
    calls.length = 0;
    await clock.advance(10_000);
    const first = calls.filter((call) => call === 'claimDue').length;
    calls.length = 0;
    await clock.advance(60_000);
    const later = calls.filter((call) => call === 'claimDue').length;
    expect(first).toBeLessThanOrEqual(12);
    expect(later).toBeGreaterThanOrEqual(12);
    expect(later).toBeLessThanOrEqual(25);
    await scheduler.shutdown();
  });

  test.each([
    ['every operation', []],
    ['finishRuns alone', ['finishRuns']],
  ])('over %s: runs that ended meanwhile are delivered afterwards, once', async (_, names) => {
    const { store, fail, heal } = failingStore();
    const { scheduler, seconds, states, told } = new Bench({ jobStores: { default: store } });
    const { opened, open } = gate();
    await scheduler.start();
    await scheduler.addJob(() => opened, 'date', { runDate: '2026-01-01 00:00:10', id: 'a' });
    await seconds(11);
    fail(...names);
    open();
    await seconds(20);
    expect(await states('a')).toEqual(['running']);
    expect(told('run:')).toEqual(['run:started']);
    expect(scheduler.health().status).toBe('degraded');
    heal();
    await seconds(6);
    expect(await states('a')).toEqual(['succeeded']);
    expect(told('run:')).toEqual(['run:started', 'run:succeeded']);
    expect(told('job-store:')).toEqual(['job-store:degraded', 'job-store:recovered']);
    await scheduler.shutdown();
  });

  test('for longer than a lease: the run is ended as lost, and told so', async () => {
    const { store, fail, heal } = failingStore();
    const { scheduler, seconds, told } = new Bench({ jobStores: { default: store }, leaseTime: 20 });
    const aborted: unknown[] = [];
    const { currentRun } = await import('../../src/index.ts');
    await scheduler.start();
    const task = () => {
      const signal = currentRun()?.signal;
      signal?.addEventListener('abort', () => aborted.push(signal.reason));
      return new Promise(() => {});
    };
    await scheduler.addJob(task, 'date', { runDate: '2026-01-01 00:00:10', id: 'a' });
    await seconds(11);
    fail();
    await seconds(30);
    expect(aborted).toMatchObject([{ code: 'run-aborted', why: 'lost' }]);
    expect(told('run:')).toEqual(['run:started', 'run:lost']);
    heal();
    await seconds(30);
    expect([...(await scheduler.getRuns())]).toMatchObject([{ state: 'lost' }]);
    await scheduler.shutdown();
  });

  test('does not keep the scheduler from shutting down', async () => {
    const { store, fail } = failingStore();
    const { scheduler, clock, seconds } = new Bench({ jobStores: { default: store } });
    await scheduler.start();
    await scheduler.addJob(() => new Promise(() => {}), 'interval', { seconds: 10, id: 'a' });
    await seconds(11);
    fail();
    await scheduler.shutdown({ wait: false });
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
  });
});

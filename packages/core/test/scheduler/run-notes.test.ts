// What a task says of its run: progress, log and result, how often it is told and kept, and where its bounds are.
import { expect, test } from 'vitest';
import { currentRun, MemoryStore, type Run, type RunHeartbeat } from '../../src/index.ts';
import { type Bench, gate, started } from './bench.ts';

/** Counts what is written while runs execute. */
class CountingStore extends MemoryStore {
  readonly heartbeats: RunHeartbeat[] = [];
  fails = false;

  override heartbeat(claims: readonly RunHeartbeat[], leaseMs: number) {
    if (this.fails) return Promise.reject(new Error('away'));
    this.heartbeats.push(...claims);
    return super.heartbeat(claims, leaseMs);
  }
}

async function only({ scheduler }: Bench): Promise<Run> {
  const [run] = await scheduler.getRuns();
  const found = run && (await scheduler.getRun(run.id));
  if (found === null || found === undefined) throw new Error('there is no run');
  return found;
}

const NOW = { runDate: '2026-01-01T00:00:00Z' };

test('is on the run while it executes and after its end', async () => {
  const bench = await started();
  const { opened, open } = gate();
  await bench.scheduler.addJob(
    async () => {
      currentRun()?.progress(0.25, 'reading');
      currentRun()?.log('began');
      await opened;
      currentRun()?.log('ended');
      currentRun()?.progress(1);
    },
    'date',
    NOW,
  );
  await bench.seconds(1);
  expect(await only(bench)).toMatchObject({
    ...{ state: 'running', progress: { fraction: 0.25, text: 'reading' }, attempts: [{ number: 1, outcome: null }] },
    log: [{ attempt: 1, message: 'began', at: new Date('2026-01-01T00:00:00Z') }],
  });
  open();
  await bench.settle();
  const run = await only(bench);
  expect(run.progress).toEqual({ fraction: 1, text: '' });
  expect(run.log.map(({ message }) => message)).toEqual(['began', 'ended']);
  expect(run.owner).toBe(bench.scheduler.health().schedulerId);
  expect(run.attempts).toMatchObject([{ number: 1, outcome: 'succeeded', owner: run.owner, error: null }]);
  expect((await bench.scheduler.getRuns())[0]?.log).toEqual([]);
  await bench.scheduler.shutdown();
});

test('is told and kept about once a second, however often a task says it', async () => {
  const store = new CountingStore();
  const bench = await started({ jobStores: { default: store } });
  const task = async () => {
    for (let step = 0; step < 100; step++) {
      currentRun()?.progress(step / 100, `step ${step}`);
      currentRun()?.log(`step ${step}`);
      await new Promise<void>((resolve) => bench.clock.setTimer(50, resolve));
    }
  };
  await bench.scheduler.addJob(task, 'date', NOW);
  await bench.seconds(6);
  expect((await only(bench)).state).toBe('succeeded');
  const fractions = bench.events.flatMap((event) => (event.type === 'run:progress' ? [event.fraction] : []));
  expect(fractions).toEqual([0, 0.19, 0.39, 0.59, 0.79, 0.99]);
  expect(store.heartbeats).toHaveLength(6);
  expect(bench.told('run:').slice(-2)).toEqual(['run:progress', 'run:succeeded']);
  expect(bench.told('run:log')).toHaveLength(100);
  await bench.scheduler.shutdown();
  expect(bench.clock.waiting).toBe(0);
});

test('costs no write where a task says nothing', async () => {
  const store = new CountingStore();
  const bench = await started({ jobStores: { default: store } });
  await bench.scheduler.addJob(
    () => new Promise((resolve) => bench.clock.setTimer(5000, () => resolve(1))),
    'date',
    NOW,
  );
  await bench.seconds(6);
  expect(await only(bench)).toMatchObject({ state: 'succeeded', progress: null, result: undefined, log: [] });
  expect(store.heartbeats).toEqual([]);
  await bench.scheduler.shutdown();
});

test('reaches the store with the end when the store was away', async () => {
  const store = new CountingStore();
  const bench = await started({ jobStores: { default: store } });
  const { opened, open } = gate();
  store.fails = true;
  const task = async () => {
    currentRun()?.log('unheard');
    await opened;
  };
  await bench.scheduler.addJob(task, 'date', NOW);
  await bench.seconds(3);
  expect((await only(bench)).log).toEqual([]);
  store.fails = false;
  open();
  await bench.seconds(10);
  expect(await only(bench)).toMatchObject({ state: 'succeeded', log: [{ message: 'unheard' }] });
  await bench.scheduler.shutdown();
});

test("of a run that is over is nobody's", async () => {
  const bench = await started();
  let log: ((message: string) => void) | undefined;
  const task = () => {
    log = currentRun()?.log;
  };
  await bench.scheduler.addJob(task, 'date', NOW);
  await bench.seconds(1);
  log?.('too late');
  await bench.seconds(5);
  expect((await only(bench)).log).toEqual([]);
  expect(bench.told('run:log')).toEqual([]);
  await bench.scheduler.shutdown();
});

test('is the log of every attempt, its newest lines', async () => {
  const bench = await started();
  const task = () => {
    const run = currentRun();
    for (let line = 1; line <= 150; line++) run?.log(`line ${line}`);
    if (run?.attempt === 1) throw Object.assign(new Error('not yet'), { code: 'EAGAIN' });
  };
  await bench.scheduler.addJob(task, 'date', { ...NOW, retry: { maxAttempts: 2, delay: 1, on: ['EAGAIN'] } });
  await bench.seconds(5);
  const run = await only(bench);
  expect(run.log).toHaveLength(201);
  expect(run.log[0]).toMatchObject({ attempt: 1, message: '… 100 earlier lines were cut' });
  expect(run.log[1]).toMatchObject({ attempt: 1, message: 'line 101' });
  expect(run.log.at(-1)).toMatchObject({ attempt: 2, message: 'line 150' });
  expect(run.attempts.map(({ number, outcome, error }) => [number, outcome, error])).toEqual([
    [1, 'failed', 'Error: not yet'],
    [2, 'succeeded', null],
  ]);
  await bench.scheduler.shutdown();
});

test('stays within its bounds', async () => {
  const bench = await started();
  const task = () => {
    for (let line = 0; line < 100; line++) currentRun()?.log('x'.repeat(10_000));
    currentRun()?.progress(0.5, 'y'.repeat(10_000));
  };
  await bench.scheduler.addJob(task, 'date', NOW);
  await bench.seconds(1);
  const { log, progress } = await only(bench);
  expect(log.length).toBe(16);
  expect(log.at(-1)?.message).toBe(`${'x'.repeat(4096)}…`);
  expect(progress?.text).toBe(`${'y'.repeat(500)}…`);
  await bench.scheduler.shutdown();
});

test.each([Number.NaN, -0.1, 1.1, '1', null])('refuses a progress of %s', async (fraction) => {
  const bench = await started();
  await bench.scheduler.addJob(() => currentRun()?.progress(fraction as number), 'date', NOW);
  await bench.seconds(1);
  const run = await only(bench);
  expect(run).toMatchObject({ state: 'failed', progress: null });
  expect(run.error).toContain('fraction: expected a number from 0 to 1');
  await bench.scheduler.shutdown();
});

test('is kept as the result where the job says so', async () => {
  const bench = await started({ jobDefaults: { keepResult: true } });
  const results = [{ at: new Date(0), pages: new Map([['a', 1n]]) }, undefined, null, () => {}, 'x'.repeat(70_000)];
  for (const [index, result] of results.entries())
    await bench.scheduler.addJob(() => result, 'date', { ...NOW, id: `job-${index}` });
  await bench.seconds(1);
  const kept = await Promise.all(
    results.map(async (_, index) => {
      const [run] = await bench.scheduler.getRuns({ jobId: `job-${index}` });
      return [run?.state, run?.result, run?.resultError];
    }),
  );
  expect(kept).toEqual([
    ['succeeded', results[0], null],
    ['succeeded', undefined, null],
    ['succeeded', null, null],
    ['succeeded', undefined, expect.stringContaining('it cannot be stored: ')],
    ['succeeded', undefined, 'it comes to 70008 characters, at most 65536 are kept'],
  ]);
  const told = bench.events.find((event) => event.type === 'run:succeeded' && event.jobId === 'job-4');
  expect(told).toMatchObject({ result: results[4], run: { resultError: expect.stringContaining('70008') } });
  await bench.scheduler.shutdown();
});

// Schedulers and workers in processes of their own, over a real Redis: what is left when one of them is killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defineTask, type Run, Scheduler } from '@sched/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshName, serviceUrl } from '../../core/test/services.ts';
import { type BullmqOptions, bullmq } from '../src/index.ts';

const url = await serviceUrl('redis');
const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const work = defineTask('work', (_file: string, _ms: number) => {
  throw new Error('a worker runs it');
});
const unknown = defineTask('unknown', () => {});

describe.skipIf(url === '')('in several processes', { timeout: 90_000 }, () => {
  const children: ChildProcess[] = [];
  const schedulers: Scheduler[] = [];
  let queue = '';
  let place = '';

  beforeEach(() => {
    if (!existsSync(built)) throw new Error(`${built} is missing: build first, as \`npm test\` does`);
    queue = freshName();
    place = mkdtempSync(join(tmpdir(), 'sched-bullmq-'));
  });
  afterEach(async () => {
    await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.shutdown({ timeout: 0 })));
    for (const child of children.splice(0)) child.kill('SIGKILL');
    rmSync(place, { recursive: true, force: true });
  });

  /** Starts a program; resolves once it has written a word. */
  const start = async (program: string, args: readonly (string | number)[], word: string) => {
    const file = fileURLToPath(new URL(`./processes/${program}.mjs`, import.meta.url));
    const child = spawn(process.execPath, [file, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
    while (!text.includes(word)) {
      if (child.exitCode !== null) throw new Error(`${program} ended before it was ${word}: ${text}`);
      await sleep(20);
    }
    return child;
  };
  const startWorker = (stallInterval = 30) => start('worker', [url, queue, stallInterval], 'ready');

  const startScheduler = async (options: Partial<BullmqOptions> = {}) => {
    const scheduler = new Scheduler({
      jobStores: { default: { type: 'redis', url, prefix: queue } },
      executors: { default: bullmq({ connection: url, queue, ...options }) },
      tasks: [work, unknown],
      leaseTime: 4,
      logger: null,
    });
    schedulers.push(scheduler);
    await scheduler.start();
    return scheduler;
  };

  const file = () => join(place, 'said');
  /** The first words of what tasks have said. */
  const said = () => (existsSync(file()) ? readFileSync(file(), 'utf8').trim().split('\n') : []);
  const words = () => said().map((line) => line.split(' ')[0]);
  const pids = () => new Set(said().map((line) => line.split(' ').at(-1)));
  const untilSaid = async (word: string) => {
    while (!words().includes(word)) await sleep(20);
  };
  const ended = async (scheduler: Scheduler, count = 1): Promise<readonly Run[]> => {
    for (;;) {
      const runs = (await scheduler.getRuns()).filter((run) => run.outcome !== null);
      if (runs.length >= count) return runs;
      await sleep(50);
    }
  };

  test('brings back result, progress and log', async () => {
    const worker = await startWorker();
    const scheduler = await startScheduler();
    const heard: unknown[] = [];
    scheduler.on('run:log', ({ message }) => heard.push(message));
    scheduler.on('run:progress', ({ fraction, text }) => heard.push([fraction, text]));
    scheduler.on('run:succeeded', ({ result }) => heard.push(result));
    await scheduler.addJob(work, 'date', { id: 'one', args: [file(), 300], keepResult: true });
    const [run] = await ended(scheduler);
    const result = { by: worker.pid, at: new Date(0), size: 3n };
    expect(run).toMatchObject({ outcome: 'succeeded', result });
    expect(heard).toEqual([`by ${worker.pid}`, [0.5, 'half of it'], result]);
  });

  test('shares the runs among workers, each run once', async () => {
    await Promise.all([startWorker(), startWorker(), startWorker()]);
    const scheduler = await startScheduler({ maxWorkers: 6 });
    const names = Array.from({ length: 24 }, (_, n) => `job-${n}`);
    await scheduler.addJobs(names.map((id) => ({ task: work, trigger: 'date', id, args: [file(), 100] })));
    expect((await ended(scheduler, 24)).map((run) => run.outcome)).toEqual(names.map(() => 'succeeded'));
    expect(words().filter((word) => word === 'begin')).toHaveLength(24);
    expect(pids().size).toBe(3);
  });

  test('a run whose worker is killed is lost, and tried again as its job says', async () => {
    const [first, scheduler] = [await startWorker(4), await startScheduler({ stallInterval: 4 })];
    const retries: string[] = [];
    scheduler.on('run:retrying', ({ error }) => retries.push(error.message));
    await scheduler.addJob(work, 'date', { id: 'one', args: [file(), 3000], retry: { maxAttempts: 2, delay: 0 } });
    await untilSaid('begin');
    first.kill('SIGKILL');
    // Nobody else is there to notice: the scheduler does.
    while (retries.length === 0) await sleep(50);
    expect(retries[0]).toMatch(/worker that ran task "work" is lost: it was killed, cut off/);
    await startWorker(4);
    const [run] = await ended(scheduler);
    expect(run).toMatchObject({ outcome: 'succeeded', attempt: 2 });
    expect(words()).toEqual(['begin', 'begin', 'end']);
  });

  test('a killed scheduler loses nothing and runs nothing twice', async () => {
    await startWorker();
    const scheduler = await start('scheduler', [url, queue, file(), 2000], 'started');
    await untilSaid('begin');
    scheduler.kill('SIGKILL');
    await once(scheduler, 'close');
    // It ends while nobody waits for it.
    await untilSaid('end');
    const next = await startScheduler();
    const [run] = await ended(next);
    expect(run).toMatchObject({ outcome: 'succeeded', attempt: 1 });
    expect(words()).toEqual(['begin', 'end']);
    const { log } = (await next.getRun(run?.id ?? '')) ?? { log: [] };
    expect(log.map(({ message }) => message.replace(/\d+/, 'n'))).toEqual(['by n']);
  });

  test('a scheduler that shuts down leaves its runs to the next, which hears how they end', async () => {
    await startWorker();
    const scheduler = await start('scheduler', [url, queue, file(), 4000], 'started');
    await untilSaid('begin');
    scheduler.kill('SIGTERM');
    await once(scheduler, 'close');
    const next = await startScheduler();
    const [run] = await ended(next);
    expect(run).toMatchObject({ outcome: 'succeeded', attempt: 1 });
    expect(words()).toEqual(['begin', 'end']);
  });

  test('cancels and times out over to the worker', async () => {
    await startWorker();
    const scheduler = await startScheduler();
    await scheduler.addJob(work, 'date', { id: 'slow', args: [file(), 60_000] });
    await untilSaid('begin');
    const [running] = await scheduler.getRuns();
    await scheduler.cancelRun(running?.id ?? '');
    expect((await ended(scheduler))[0]?.outcome).toBe('cancelled');
    expect(words()).toEqual(['begin', 'aborted']);
    await scheduler.addJob(work, 'date', { id: 'late', args: [file(), 60_000], timeout: 1 });
    expect((await ended(scheduler, 2)).map((run) => run.outcome).sort()).toEqual(['cancelled', 'timed-out']);
    expect(words()).toEqual(['begin', 'aborted', 'begin', 'aborted']);
  });

  test('a run that no worker takes can be cancelled, and is never begun', async () => {
    const scheduler = await startScheduler();
    await scheduler.addJob(work, 'date', { id: 'one', args: [file(), 10] });
    let runs = await scheduler.getRuns();
    while (runs[0]?.state !== 'running') {
      await sleep(20);
      runs = await scheduler.getRuns();
    }
    await scheduler.cancelRun(runs[0].id);
    expect((await ended(scheduler))[0]?.outcome).toBe('cancelled');
    await startWorker();
    await scheduler.addJob(work, 'date', { id: 'two', args: [file(), 10] });
    await ended(scheduler, 2);
    expect(said().filter((line) => line.includes('one/'))).toEqual([]);
  });

  test('a worker that is asked to end lets its runs come to theirs', async () => {
    const worker = await startWorker();
    const scheduler = await startScheduler();
    await scheduler.addJob(work, 'date', { id: 'one', args: [file(), 1000] });
    await untilSaid('begin');
    worker.kill('SIGTERM');
    const [code] = await once(worker, 'close');
    expect(code).toBe(0);
    expect((await ended(scheduler))[0]?.outcome).toBe('succeeded');
  });

  test('a task that the worker does not know fails by its name', async () => {
    await startWorker();
    const scheduler = await startScheduler();
    const failures: string[] = [];
    scheduler.on('run:failed', ({ error }) => failures.push(error.message));
    await scheduler.addJob(unknown, 'date', { id: 'one' });
    await ended(scheduler);
    expect(failures[0]).toBe(
      "this worker does not know task 'unknown', only 'work': name it in createWorker({ tasks })",
    );
  });
});

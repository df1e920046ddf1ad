// What a run is over the end of the process that began it: on a durable store, with real files and processes.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { currentRun, defineTask, Scheduler } from '../../src/index.ts';
import type { VirtualClock } from '../../src/testing/index.ts';
import { Bench } from './bench.ts';

const directory = mkdtempSync(join(tmpdir(), 'sched-restart-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('a retry that waits survives a restart: it comes when it is due, as the same run', async () => {
  const url = join(directory, 'retry.sqlite');
  const attempts: (number | undefined)[] = [];
  const task = defineTask('at second try', () => {
    attempts.push(currentRun()?.attempt);
    if (attempts.length === 1) throw new Error('not yet');
  });
  const life = (clock?: VirtualClock) =>
    new Bench({ jobStores: { default: { type: 'sqlite', url } }, tasks: [task] }, undefined, clock);
  const first = life();
  await first.scheduler.start();
  await first.scheduler.addJob(task, 'date', {
    ...{ id: 'a', runDate: '2026-01-01 00:00:10', retry: { maxAttempts: 3, delay: 60 } },
  });
  await first.seconds(11);
  const [waiting] = await first.scheduler.getRuns();
  await first.scheduler.shutdown();
  const second = life(first.clock);
  await second.scheduler.start();
  await second.seconds(40);
  expect(attempts).toEqual([1]);
  await second.seconds(20);
  expect(attempts).toEqual([1, 2]);
  expect(await second.scheduler.getRuns()).toMatchObject([
    { id: waiting?.id, state: 'succeeded', attempts: [{ outcome: 'failed' }, { outcome: 'succeeded' }] },
  ]);
  await second.scheduler.shutdown();
});

test('a run in another process of the operating system is cancelled from here', async () => {
  const url = join(directory, 'cancel.sqlite');
  const other = fork(fileURLToPath(new URL('./waiting-process.mjs', import.meta.url)), [url], { execArgv: [] });
  const scheduler = new Scheduler({ logger: null, jobStores: { default: { type: 'sqlite', url } } });
  try {
    const [begun] = await once(other, 'message');
    await scheduler.start();
    const [run] = await scheduler.getRuns({ state: 'running' });
    expect(run).toMatchObject({ id: begun.began, jobId: 'long' });
    expect(run?.owner).not.toBe(scheduler.health().schedulerId);
    const aborted = once(other, 'message');
    await scheduler.cancelRun(begun.began);
    expect((await aborted)[0]).toEqual({ aborted: 'cancelled' });
    const ended = once(other, 'exit');
    other.send('end');
    expect(await ended).toEqual([0, null]);
    expect(await scheduler.getRun(begun.began)).toMatchObject({ state: 'cancelled' });
  } finally {
    other.kill('SIGKILL');
    await scheduler.shutdown();
  }
}, 60_000);

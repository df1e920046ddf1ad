// What is said about many jobs at once: the timeline within its budget, word of other processes, and who may read lists.
import { MemoryStore, Scheduler } from '@sched/core';
import { VirtualClock } from '@sched/core/testing';
import { expect, onTestFinished, test } from 'vitest';
import type { Resource } from '../../src/index.ts';
import { dashboard } from './bench.ts';

/** A clock on which each look at it takes a while, once somebody says so. */
class SlowClock extends VirtualClock {
  lookMs = 0;
  #lookedMs = 0;

  override monotonic(): number {
    this.#lookedMs += this.lookMs;
    return super.monotonic() + this.#lookedMs;
  }
}

test('where time runs short, each lane has its first fires before any has more', async () => {
  const clock = new SlowClock({ now: Date.UTC(2026, 0, 1) });
  const { api, scheduler } = await dashboard({}, { clock });
  onTestFinished(() => scheduler.shutdown());
  for (const id of ['a', 'b', 'c']) await scheduler.addJob('greet', 'interval', { seconds: 10, id });
  const window = '/timeline?from=2026-01-01T00:00:00Z&until=2026-01-01T01:00:00Z&fires=300';
  const found = async () => {
    const { body } = await api(window);
    return (body.lanes as { fires: string[]; fireCount: number }[]).map(({ fires, fireCount }) => [
      new Set(fires).size,
      fireCount,
    ]);
  };
  expect(await found()).toEqual([
    [300, 359],
    [300, 359],
    [300, 359],
  ]);
  // 100 looks within the 50 ms: three times 24, and what is left goes to the first.
  clock.lookMs = 0.5;
  const [first = [], ...others] = await found();
  expect(others).toEqual([
    [24, 359],
    [24, 359],
  ]);
  expect(first[0]).toBeGreaterThan(24);
  expect(first[0]).toBeLessThanOrEqual(100 - 2 * 24);
});

/** A store that says that others may look: with it schedulers check in. */
class SharedStore extends MemoryStore {
  override readonly durable: boolean = true;
}

test('viewers are told to look again while another process shares the store, and see what it changed', async () => {
  const store = new SharedStore();
  const { api, send, clock, scheduler } = await dashboard({}, { jobStores: { default: store } });
  onTestFinished(() => scheduler.shutdown());
  const gone = new AbortController();
  const stream = await send('/api/v1/events');
  const reader = stream.body?.pipeThrough(new TextDecoderStream(), { signal: gone.signal }).getReader();
  let heard = '';
  const listening = (async () => {
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) heard += part.value;
  })().catch(() => {});
  const pass = async (seconds: number) => {
    await clock.advance(seconds * 1000);
    await clock.settle();
  };

  await pass(20);
  expect(heard).toContain(': still here');
  expect(heard).not.toContain('event: elsewhere');

  const other = new Scheduler({ clock, logger: null, jobStores: { default: store }, tasks: [] });
  await other.start();
  await scheduler.addJob('greet', 'interval', { hours: 1, id: 'shared' });
  await other.pauseJob('shared', { reason: 'from elsewhere' });
  await pass(20);
  expect(heard).toContain('event: elsewhere\ndata: {}\n\n');
  expect(heard).not.toContain('job:paused');
  expect((await api('/jobs/shared')).body).toMatchObject({ state: 'paused' });

  await other.shutdown();
  heard = '';
  await pass(20);
  expect(heard).not.toContain('event: elsewhere');
  gone.abort();
  await listening;
});

test('of a list, `authorize` is told its kind and the store that is asked for', async () => {
  const asked: Resource[] = [];
  const { send, scheduler } = await dashboard({
    authorize: (_request, _action, resource) => {
      asked.push(resource);
      return resource.kind !== 'runs';
    },
  });
  onTestFinished(() => scheduler.shutdown());
  const head = (path: string) => send(`/api/v1${path}`, { method: 'HEAD' });
  const paths = ['/jobs', '/jobs?jobStore=default', '/timeline', '/statistics', '/events', '/metrics', '/processes'];
  for (const path of paths) expect([path, (await head(path)).status]).toEqual([path, 200]);
  expect((await head('/runs?jobId=a')).status).toBe(403);
  expect(asked).toEqual([
    { kind: 'jobs' },
    { kind: 'jobs', jobStore: 'default' },
    ...['timeline', 'statistics', 'events', 'metrics', 'system', 'runs'].map((kind) => ({ kind })),
  ]);
});

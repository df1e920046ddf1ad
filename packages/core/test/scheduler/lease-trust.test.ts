// How long a process believes that a run is its own: from when it asked for the lease, not from when the answer came.
import { describe, expect, it } from 'vitest';
import { currentRun, MemoryStore, Scheduler } from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const LEASE_SECONDS = 60;

/** A store whose answers to some operations take so long, in milliseconds: claims that find something, in turn, and heartbeats. */
class SlowStore extends MemoryStore {
  readonly #clock: VirtualClock;
  readonly claimDelaysMs: number[] = [];
  heartbeatDelayMs = 0;
  released = 0;

  constructor(clock: VirtualClock) {
    super();
    this.#clock = clock;
  }

  override async claimRuns(...parameters: Parameters<MemoryStore['claimRuns']>) {
    const answer = await super.claimRuns(...parameters);
    if (answer.runs.length > 0) await this.#later(this.claimDelaysMs.shift());
    return answer;
  }

  override async heartbeat(...parameters: Parameters<MemoryStore['heartbeat']>) {
    const answer = await super.heartbeat(...parameters);
    await this.#later(this.heartbeatDelayMs);
    return answer;
  }

  override async releaseRuns(...parameters: Parameters<MemoryStore['releaseRuns']>): Promise<void> {
    this.released++;
    await super.releaseRuns(...parameters);
  }

  async #later(ms = 0): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.#clock.setTimer(ms, resolve));
  }
}

function bench() {
  const clock = new VirtualClock();
  const store = new SlowStore(clock);
  const scheduler = new Scheduler({ clock, logger: null, leaseTime: LEASE_SECONDS, jobStores: { default: store } });
  const aborted: number[] = [];
  const begun: number[] = [];
  const task = () => {
    begun.push(clock.now());
    const signal = currentRun()?.signal;
    return new Promise<void>((_, reject) => {
      signal?.addEventListener('abort', () => {
        aborted.push(clock.now());
        reject(signal.reason);
      });
    });
  };
  return { clock, store, scheduler, aborted, begun, task };
}

describe('trust in a lease', () => {
  it('counts from the question: a claim whose answer came late is given back, not begun', async () => {
    const { clock, store, scheduler, begun, task } = bench();
    await scheduler.start();
    store.claimDelaysMs.push(46_000, 44_000);
    await scheduler.addJob(task, undefined, { id: 'a' });
    await clock.advance(46_000);
    expect([begun, store.released]).toEqual([[], 1]);
    await clock.advance(44_000);
    expect([begun.length, store.released]).toEqual([1, 1]);
    await scheduler.shutdown({ timeout: 0 });
  });

  it('ends in time, though a heartbeat is still waiting for its answer', async () => {
    const { clock, store, scheduler, aborted, begun, task } = bench();
    store.heartbeatDelayMs = 3_600_000;
    await scheduler.start();
    await scheduler.addJob(task, undefined, { id: 'a' });
    await clock.advance(120_000);
    expect(begun).toHaveLength(1);
    expect((aborted[0] ?? 0) - (begun[0] ?? 0)).toBe(45_000);
    const ended = scheduler.shutdown({ timeout: 0 });
    await clock.advance(10_000);
    await ended;
  });

  it('goes on from heartbeat to heartbeat', async () => {
    const { clock, store, scheduler, aborted, task } = bench();
    store.heartbeatDelayMs = 10_000;
    await scheduler.start();
    await scheduler.addJob(task, undefined, { id: 'a' });
    await clock.advance(3_600_000);
    expect(aborted).toEqual([]);
    await scheduler.shutdown({ timeout: 0 });
    expect(clock.waiting).toBe(0);
  });
});

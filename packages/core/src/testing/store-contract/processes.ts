// The store contract on the schedulers that check in: who is there, since when, and who is forgotten.
import assert from 'node:assert/strict';
import type { ProcessCheckIn } from '../../stores/store.ts';
import type { Cases } from './bench.ts';

const FORGET_AFTER_MS = 3_600_000;

export function processCases(it: Cases): void {
  it('knows who has checked in, and when that was', async ({ store, now, advance }) => {
    assert.deepEqual((await store.getProcesses()).processes, []);
    const [first, second] = [processOf('first', 1), processOf('second', 2)];
    const from = await now();
    await store.checkIn(second, FORGET_AFTER_MS);
    await advance(1000);
    await store.checkIn(first, FORGET_AFTER_MS);
    const { processes, now: asked } = await store.getProcesses();
    const seen = processes.map(({ seenAt }) => seenAt);
    assert.deepEqual(
      processes,
      [first, second].map((process, index) => ({ ...process, seenAt: seen[index] })),
    );
    const [seenFirst = 0, seenSecond = 0] = seen;
    assert.ok(from <= seenSecond && seenSecond + 1000 <= seenFirst && seenFirst <= asked);
  });

  it('has one entry for each scheduler, the newest', async ({ store, advance }) => {
    await store.checkIn(processOf('a', 1), FORGET_AFTER_MS);
    const [before] = (await store.getProcesses()).processes;
    await advance(1000);
    await store.checkIn({ ...processOf('a', 1), clockSkewMs: -250 }, FORGET_AFTER_MS);
    const { processes } = await store.getProcesses();
    assert.deepEqual(
      processes.map(({ schedulerId, clockSkewMs }) => [schedulerId, clockSkewMs]),
      [['a', -250]],
    );
    assert.ok((processes[0]?.seenAt ?? 0) >= (before?.seenAt ?? 0) + 1000);
  });

  it('forgets who checks out, and who was not seen for too long', async ({ store, advance }) => {
    await store.checkIn(processOf('dead', 1), 5000);
    await advance(4000);
    await store.checkIn(processOf('gone', 2), 5000);
    await store.checkOut('gone');
    await store.checkOut('never-there');
    await advance(2000);
    assert.deepEqual(idsOf((await store.getProcesses()).processes), ['dead']);
    await store.checkIn(processOf('here', 3), 5000);
    assert.deepEqual(idsOf((await store.getProcesses()).processes), ['here']);
  });

  it('keeps what hosts are called as it is', async ({ store }) => {
    const host = `it's "a" \\ host; DROP TABLE 😀 %_`;
    await store.checkIn({ ...processOf('a', 1), host }, FORGET_AFTER_MS);
    assert.equal((await store.getProcesses()).processes[0]?.host, host);
  });
}

function processOf(schedulerId: string, startedAt: number): ProcessCheckIn {
  return { schedulerId, host: 'host-1', pid: 4242, version: '1.2.3', startedAt, clockSkewMs: null };
}

function idsOf(processes: readonly ProcessCheckIn[]): string[] {
  return processes.map(({ schedulerId }) => schedulerId);
}

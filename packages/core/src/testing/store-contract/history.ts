// The store contract on the history of runs: listing it, and pruning it.
import assert from 'node:assert/strict';
import type { RunOutcome, RunRecord } from '../../jobs/records.ts';
import type { JobStore, Page, RunFilter } from '../../stores/store.ts';
import { type Bench, type Cases, existing, ids } from './bench.ts';

const LONG_MS = 1_000_000_000;

export function historyCases(it: Cases): void {
  listCases(it);
  pruneCases(it);
}

/** Lets a job run some times to its end, a second apart; its runs, oldest first. */
function runOften(bench: Bench, jobId: string, times: number, keepRuns = 100) {
  return runTo(bench, jobId, Array<RunOutcome>(times).fill('succeeded'), keepRuns);
}

/** The same with the outcome of each. */
async function runTo(
  { queue, fireAgain, claim, finish, advance }: Bench,
  jobId: string,
  outcomes: readonly RunOutcome[],
  keepRuns = 100,
) {
  const runs: RunRecord[] = [];
  for (const [n, outcome] of outcomes.entries()) {
    if (n > 0) await advance(1000);
    if (n === 0) await queue(jobId, { policies: { keepRuns } });
    else await fireAgain(jobId);
    runs.push(existing(await finish(existing((await claim())[0]), outcome)));
  }
  return runs;
}

/** The ids of a list of runs, read in parts. */
async function idsInParts(store: JobStore, filter: RunFilter, limit: number): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<RunRecord> = await store.getRuns(filter, { limit, cursor });
    seen.push(...ids(page.items));
    cursor = page.cursor;
  } while (cursor !== null);
  return seen;
}

function listCases(it: Cases): void {
  it('lists runs by fire time, newest first, in parts', async (bench) => {
    const runs = await runOften(bench, 'a', 5);
    const newestFirst = ids(runs).reverse();
    assert.deepEqual(ids((await bench.store.getRuns({}, {})).items), newestFirst);
    assert.deepEqual(await idsInParts(bench.store, {}, 2), newestFirst);
  });

  it('lists runs of equal fire time in parts, each once', async ({ store, queue, now }) => {
    const nextFireAt = await now();
    for (let n = 0; n < 7; n++) await queue(`job-${n}`, { nextFireAt });
    const seen = await idsInParts(store, {}, 3);
    assert.equal(seen.length, 7);
    assert.equal(new Set(seen).size, 7);
  });

  it('filters by job, state and fire time', async (bench) => {
    const [first, second, third] = await runOften(bench, 'a', 3);
    const other = await bench.queue('b');
    const found = async (filter: object) => ids((await bench.store.getRuns(filter, {})).items);
    assert.deepEqual(await found({ jobId: 'a' }), ids([existing(third), existing(second), existing(first)]));
    assert.deepEqual(await found({ states: ['queued'] }), [other.id]);
    assert.deepEqual(await found({ jobId: 'a', from: existing(second).fireAt, until: existing(second).fireAt }), [
      existing(second).id,
    ]);
    assert.deepEqual(await found({ jobId: 'nobody' }), []);
    assert.deepEqual(await found({ states: [] }), []);
  });

  it('lists runs in several states as one list, in parts', async (bench) => {
    const runs = await runTo(bench, 'a', ['failed', 'succeeded', 'lost', 'succeeded', 'timed-out', 'failed']);
    await bench.advance(1000);
    await bench.fireAgain('a');
    const open = existing((await bench.claim())[0]);
    for (const states of [
      ['failed', 'lost', 'running'],
      ['succeeded', 'timed-out'],
      ['missed', 'running'],
      ['lost'],
    ] as const) {
      const expected = [open, ...runs.toReversed()].filter(({ state }) =>
        (states as readonly string[]).includes(state),
      );
      assert.deepEqual(await idsInParts(bench.store, { states }, 2), ids(expected));
    }
  });

  it('answers null for a run it does not have', async ({ store }) => {
    assert.equal(await store.getRun('nobody/1/1'), null);
  });
}

function pruneCases(it: Cases): void {
  it('deletes what a job has beyond the runs it keeps, oldest first', async (bench) => {
    const runs = await runOften(bench, 'a', 5, 2);
    await runOften(bench, 'b', 2);
    assert.equal(await bench.store.prune({ limit: 100, maxAgeMs: LONG_MS }), 3);
    assert.deepEqual(ids((await bench.store.getRuns({ jobId: 'a' }, {})).items), ids(runs.slice(3)).reverse());
    assert.equal((await bench.store.getRuns({ jobId: 'b' }, {})).items.length, 2);
    assert.equal(await bench.store.prune({ limit: 100, maxAgeMs: LONG_MS }), 0);
  });

  it('deletes what is older than it may be, of removed jobs too', async (bench) => {
    const { store, advance } = bench;
    await runOften(bench, 'a', 1);
    await runOften(bench, 'gone', 1);
    await store.removeJobs(['gone']);
    await advance(10_000);
    const [recent] = await bench.fireAgain('a');
    await bench.finish(existing((await bench.claim())[0]));
    await advance(1000);
    assert.equal(await store.prune({ limit: 100, maxAgeMs: 5000 }), 2);
    assert.deepEqual(ids((await store.getRuns({}, {})).items), [recent?.id]);
  });

  it('deletes no more than the limit at once', async (bench) => {
    await runOften(bench, 'a', 6, 1);
    assert.equal(await bench.store.prune({ limit: 2, maxAgeMs: LONG_MS }), 2);
    assert.equal(await bench.store.prune({ limit: 2, maxAgeMs: LONG_MS }), 2);
    assert.equal(await bench.store.prune({ limit: 2, maxAgeMs: LONG_MS }), 1);
  });

  it('never deletes what is open', async (bench) => {
    const { store, queue, claim, advance } = bench;
    await queue('waiting', { policies: { keepRuns: 0 } }, { availableAt: (await bench.now()) + LONG_MS });
    await queue('running', { policies: { keepRuns: 0 } });
    await claim();
    await advance(10_000);
    assert.equal(await store.prune({ limit: 100, maxAgeMs: 0 }), 0);
    assert.equal((await store.getRuns({}, {})).items.length, 2);
  });
}

// The store contract on commits: fires are recorded and the job moves on in one conditional step, or nothing happens.
import assert from 'node:assert/strict';
import type { JobRecord } from '../../jobs/records.ts';
import { type Bench, type Cases, commitOf, existing, fireOf, ids, NODE, TTL_MS } from './bench.ts';

export function commitCases(it: Cases): void {
  moveCases(it);
  refusalCases(it);
  overlapCases(it);
  endCases(it);
}

async function claimed({ store }: Bench): Promise<JobRecord> {
  return existing((await store.claimDue({ ...NODE, limit: 1, ttlMs: TTL_MS })).jobs[0]);
}

function moveCases(it: Cases): void {
  it('records the fires and moves the job on', async (bench) => {
    const { store, add, now } = bench;
    await add('a/b', { args: '[7]', policies: { priority: 3 } });
    const job = await claimed(bench);
    const at = await now();
    const fires = [fireOf(job, { availableAt: at + 5, deadlineAt: at + 900, coalesced: 4 })];
    const [result] = await store.commitFires([commitOf(job, { nextFireAt: at + 1000, lastFireAt: at, fires })]);
    assert.equal(result?.ok, true);
    const run = existing(result.runs[0]);
    assert.deepEqual(await store.getRun(run.id), run);
    const { id, fireAt, availableAt, deadlineAt, coalesced, state, reason, attempt, args, policies } = run;
    assert.equal(id, `a%2Fb/${job.generation}/${fireAt}`);
    assert.deepEqual(
      [fireAt, availableAt, deadlineAt, coalesced, state, reason, attempt, args, policies],
      [job.nextFireAt, at + 5, at + 900, 4, 'queued', 'scheduled', 0, '[7]', job.policies],
    );
    const moved = existing(await store.getJob('a/b'));
    assert.deepEqual(
      [moved.nextFireAt, moved.lastFireAt, moved.claimedUntil, moved.state],
      [at + 1000, at, 0, 'active'],
    );
    assert.ok(moved.version > job.version);
  });

  it('moves a job on without a fire', async (bench) => {
    await bench.add('a');
    const [result] = await bench.store.commitFires([commitOf(await claimed(bench), { nextFireAt: 5, fires: [] })]);
    assert.deepEqual(result, { ok: true, runs: [] });
    assert.equal((await bench.store.getJob('a'))?.nextFireAt, 5);
  });

  it('records a fire that is too late as missed', async (bench) => {
    await bench.add('a');
    const job = await claimed(bench);
    const [result] = await bench.store.commitFires([commitOf(job, { fires: [fireOf(job, { missed: true })] })]);
    const run = existing(result?.runs[0]);
    assert.equal(run.state, 'missed');
    assert.notEqual(run.finishedAt, null);
    assert.deepEqual(await bench.claim(), []);
  });

  it('sets a job aside with a note', async (bench) => {
    await bench.add('a');
    await bench.store.commitFires([
      commitOf(await claimed(bench), { state: 'broken', note: 'trigger failed', fires: [] }),
    ]);
    const job = existing(await bench.store.getJob('a'));
    assert.deepEqual([job.state, job.note], ['broken', 'trigger failed']);
  });

  it('commits each of many by itself', async (bench) => {
    const { store, add } = bench;
    for (const id of ['a', 'b', 'c']) await add(id);
    const { jobs } = await store.claimDue({ ...NODE, limit: 9, ttlMs: TTL_MS });
    const results = await store.commitFires(
      jobs.map((job) => commitOf(job, job.id === 'b' ? { version: job.version + 1 } : {})),
    );
    assert.deepEqual(
      results.map((result) => result.ok),
      jobs.map((job) => job.id !== 'b'),
    );
    assert.equal((await store.getRuns({}, {})).items.length, 2);
  });
}

function refusalCases(it: Cases): void {
  const refused = async ({ store }: Bench, job: JobRecord, change: object) => {
    const before = await store.getJob(job.id);
    const runsBefore = (await store.getRuns({}, {})).items;
    assert.deepEqual(await store.commitFires([commitOf(job, change)]), [{ ok: false, runs: [] }]);
    assert.deepEqual(await store.getJob(job.id), before);
    assert.deepEqual((await store.getRuns({}, {})).items, runsBefore);
  };

  it('writes nothing unless version, generation and fire time are as they were', async (bench) => {
    await bench.add('a');
    const job = await claimed(bench);
    await refused(bench, job, { version: job.version - 1 });
    await refused(bench, job, { generation: job.generation + 1 });
    await refused(bench, job, { fromFireAt: (job.nextFireAt ?? 0) + 1 });
    assert.equal((await bench.store.commitFires([commitOf(job)]))[0]?.ok, true);
  });

  it('writes nothing the second time', async (bench) => {
    await bench.add('a');
    const job = await claimed(bench);
    await bench.store.commitFires([commitOf(job, { nextFireAt: job.nextFireAt })]);
    await refused(bench, job, {});
  });

  it('lets one of many equal commits through', async (bench) => {
    await bench.add('a');
    const job = await claimed(bench);
    const results = await Promise.all(Array.from({ length: 8 }, () => bench.store.commitFires([commitOf(job)])));
    assert.equal(results.filter(([result]) => result?.ok).length, 1);
  });

  it('records nothing once a pause was acknowledged', async (bench) => {
    await bench.add('a');
    const job = await claimed(bench);
    await bench.store.updateJob('a', job.version, { state: 'paused' });
    await refused(bench, job, {});
    await refused(bench, job, { version: existing(await bench.store.getJob('a')).version });
  });

  it('records nothing for a job that was removed, or removed and added again', async (bench) => {
    const { store, add } = bench;
    const { nextFireAt } = await add('a');
    const job = await claimed(bench);
    await store.removeJobs(['a']);
    assert.equal((await store.commitFires([commitOf(job)]))[0]?.ok, false);
    await add('a', { nextFireAt });
    await refused(bench, job, {});
  });

  it('records a due time once, though the job comes back to it', async ({ add, fireDue, store }) => {
    const { nextFireAt } = await add('a');
    assert.equal((await fireDue()).length, 1);
    const job = existing(await store.getJob('a'));
    await store.updateJob('a', job.version, { nextFireAt });
    assert.deepEqual(await fireDue(), []);
    assert.equal((await store.getRuns({}, {})).items.length, 1);
  });
}

function overlapCases(it: Cases): void {
  it('skips a fire while the limit of open runs is reached', async ({ queue, claim, finish, fireAgain, advance }) => {
    await queue('a', { policies: { maxInstances: 2 } });
    await advance(1);
    const second = (await fireAgain('a'))[0];
    assert.equal(second?.state, 'queued');
    await advance(1);
    const third = existing((await fireAgain('a'))[0]);
    assert.equal(third.state, 'skipped');
    assert.notEqual(third.finishedAt, null);
    for (const run of await claim()) await finish(run);
    await advance(1);
    assert.equal((await fireAgain('a'))[0]?.state, 'queued');
  });

  it('does not count fires of one commit against each other, nor catching up without `coalesce`', async (bench) => {
    const { store, add, fireAgain, advance } = bench;
    await add('a', { policies: { coalesce: false } });
    const job = await claimed(bench);
    const at = job.nextFireAt ?? 0;
    const fires = [0, 1, 2].map((n) => fireOf(job, { fireAt: at - n }));
    const [result] = await store.commitFires([commitOf(job, { fires })]);
    assert.deepEqual(
      result?.runs.map((run) => run.state),
      ['queued', 'queued', 'queued'],
    );
    await advance(1);
    assert.deepEqual(
      (await fireAgain('a', { reason: 'catch-up' })).map((run) => run.state),
      ['queued'],
    );
  });

  it('lets one catch-up wait behind what is open, and skips the next', async (bench) => {
    await bench.queue('a');
    for (const state of ['queued', 'skipped']) {
      await bench.advance(1);
      const runs = await bench.fireAgain('a', { reason: 'catch-up' });
      assert.deepEqual(
        runs.map((run) => run.state),
        [state],
      );
    }
  });

  it('queues a fire at the limit under `queue`, and runs it in its turn', async ({
    queue,
    fireAgain,
    claim,
    finish,
    advance,
  }) => {
    await queue('a', { policies: { overlap: 'queue' } });
    await advance(1);
    const second = existing((await fireAgain('a'))[0]);
    assert.equal(second.state, 'queued');
    const [first, ...rest] = await claim();
    assert.deepEqual(rest, []);
    await finish(existing(first));
    assert.deepEqual(ids(await claim()), [second.id]);
  });

  it('ends the oldest under `replace`: what waits is cancelled, what runs is asked to end', async (bench) => {
    const { queue, fireAgain, claim, advance, run, store, finish } = bench;
    const first = await queue('a', { policies: { overlap: 'replace' } });
    await advance(1);
    const replaced = await fireAgain('a');
    const second = existing(replaced[0]);
    assert.deepEqual(
      replaced.map(({ id, state }) => [id, state]),
      [
        [second.id, 'queued'],
        [first.id, 'cancelled'],
      ],
    );
    const running = existing((await claim())[0]);
    await advance(1);
    const third = existing((await fireAgain('a'))[0]);
    assert.equal((await run(second.id)).cancelRequested, true);
    assert.deepEqual(await claim(), [], 'the limit holds until the one that was asked to end has ended');
    assert.deepEqual(await store.heartbeat([{ runId: running.id, token: running.token }], 1000), ['cancel']);
    await finish(running, 'cancelled');
    assert.deepEqual(ids(await claim()), [third.id]);
  });
}

function endCases(it: Cases): void {
  const last = { state: 'finished', nextFireAt: null } as const;

  it('removes a finished job that nobody can ask for, once no run is open', async (bench) => {
    const { store, add, claim, finish, run } = bench;
    await add('once', { ephemeral: true });
    const job = await claimed(bench);
    await store.commitFires([commitOf(job, last)]);
    assert.equal((await store.getJob('once'))?.state, 'finished');
    const running = existing((await claim())[0]);
    await finish(running);
    assert.equal(await store.getJob('once'), null);
    assert.equal((await run(running.id)).state, 'succeeded');
  });

  it('removes it at the commit if nothing is to run', async (bench) => {
    await bench.add('once', { ephemeral: true });
    const job = await claimed(bench);
    await bench.store.commitFires([commitOf(job, { ...last, fires: [fireOf(job, { missed: true })] })]);
    assert.equal(await bench.store.getJob('once'), null);
  });

  it('keeps a finished job that can be asked for', async (bench) => {
    await bench.add('once');
    await bench.store.commitFires([commitOf(await claimed(bench), last)]);
    await bench.finish(existing((await bench.claim())[0]));
    assert.equal((await bench.store.getJob('once'))?.state, 'finished');
  });
}

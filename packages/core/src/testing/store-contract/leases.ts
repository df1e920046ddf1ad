// The store contract on leases: who is heard no more loses the run, and learns it.
import assert from 'node:assert/strict';
import { type Cases, existing, LEASE_MS, OTHER_NODE, retryUpTo } from './bench.ts';

const RETRY = { retry: retryUpTo(2) };

export function leaseCases(it: Cases): void {
  it('keeps a run with who renews its lease', async ({ queue, claim, store, advance, run }) => {
    await queue('a', { policies: RETRY });
    const started = existing((await claim())[0]);
    for (let n = 0; n < 3; n++) {
      await advance(LEASE_MS - 10);
      assert.deepEqual(await claim(10, OTHER_NODE), []);
      assert.deepEqual(await store.heartbeat([{ runId: started.id, token: started.token }], LEASE_MS), ['ok']);
    }
    assert.equal((await run(started.id)).owner, 'node-1');
  });

  it('answers each claim by itself', async ({ queue, claim, store }) => {
    await queue('a');
    await queue('b');
    const [first, second] = await claim();
    const claims = [
      { runId: existing(second).id, token: existing(second).token },
      { runId: 'nobody/1/1', token: 1 },
      { runId: existing(first).id, token: existing(first).token + 99 },
      { runId: existing(first).id, token: existing(first).token },
    ];
    assert.deepEqual(await store.heartbeat(claims, LEASE_MS), ['ok', 'lost', 'lost', 'ok']);
  });

  it('gives a lost run to the next, and refuses the one before', async ({ queue, claim, store, advance, finish }) => {
    await queue('a', { policies: RETRY });
    const first = existing((await claim())[0]);
    await advance(LEASE_MS);
    assert.deepEqual(await claim(10, OTHER_NODE), [], 'the lease holds to its last millisecond');
    await advance(1);
    const second = existing((await claim(10, OTHER_NODE))[0]);
    assert.deepEqual([second.id, second.owner, second.attempt, second.reason], [first.id, 'node-2', 2, 'retry']);
    assert.ok(second.token > first.token);
    assert.deepEqual(await store.heartbeat([{ runId: first.id, token: first.token }], LEASE_MS), ['lost']);
    assert.equal(await finish(first), null);
    await store.releaseRuns([{ runId: first.id, token: first.token }]);
    assert.equal((await finish(second))?.state, 'succeeded');
  });

  it('ends a run as lost after its last attempt', async ({ queue, claim, claimAll, advance, run, finish }) => {
    const queued = await queue('a');
    const started = existing((await claim())[0]);
    await advance(LEASE_MS + 1);
    const { runs, ended } = await claimAll();
    assert.deepEqual(runs, []);
    assert.equal(ended[0]?.state, 'lost');
    assert.deepEqual(await run(queued.id), ended[0]);
    assert.equal(await finish(started), null);
  });

  it('ends a lost run as cancelled if that was asked for', async ({ queue, claim, claimAll, store, advance }) => {
    await queue('a', { policies: RETRY });
    const started = existing((await claim())[0]);
    await store.cancelRun(started.id);
    await advance(LEASE_MS + 1);
    assert.deepEqual(
      (await claimAll()).ended.map((run) => run.state),
      ['cancelled'],
    );
  });

  it('ends a lost run of a removed job', async ({ queue, claim, claimAll, store, advance }) => {
    await queue('a', { policies: RETRY });
    await claim();
    await store.removeJobs(['a']);
    await advance(LEASE_MS + 1);
    const { runs, ended } = await claimAll();
    assert.deepEqual([runs.length, ended[0]?.state], [0, 'lost']);
  });

  it('hands over a lost run that outlives its holder, in the attempt it is in', async ({
    queue,
    claim,
    store,
    advance,
    run,
    finish,
  }) => {
    const queued = await queue('a');
    const first = existing((await claim())[0]);
    const request = { ...OTHER_NODE, slots: { default: 1 }, leaseMs: LEASE_MS, outliving: new Set(['default']) };
    assert.deepEqual((await store.claimRuns(request)).runs, [], 'while the lease holds nobody else takes it');
    await store.cancelRun(first.id);
    await advance(LEASE_MS + 1);
    const { runs, ended } = await store.claimRuns(request);
    const second = existing(runs[0]);
    assert.deepEqual(ended, []);
    assert.deepEqual(
      [second.id, second.owner, second.attempt, second.reason, second.startedAt],
      [queued.id, 'node-2', 1, first.reason, first.startedAt],
    );
    assert.ok(second.token > first.token);
    assert.deepEqual(await run(queued.id), second);
    assert.deepEqual(await store.heartbeat([{ runId: first.id, token: first.token }], LEASE_MS), ['lost']);
    assert.deepEqual(await store.heartbeat([{ runId: second.id, token: second.token }], LEASE_MS), ['cancel']);
    assert.equal(await finish(first), null);
    assert.equal((await finish(second))?.state, 'succeeded');
  });

  it('hands over only runs of executors that outlive their holders', async ({ queue, claim, store, advance }) => {
    await queue('a', { policies: RETRY });
    await claim();
    await advance(LEASE_MS + 1);
    const request = { ...OTHER_NODE, slots: { default: 1 }, leaseMs: LEASE_MS, outliving: new Set(['another']) };
    assert.equal(existing((await store.claimRuns(request)).runs[0]).attempt, 2);
  });

  it('lets a late holder go on as long as nobody took over', async ({ queue, claim, store, advance, finish }) => {
    await queue('a', { policies: RETRY });
    const started = existing((await claim())[0]);
    await advance(LEASE_MS + 1);
    assert.deepEqual(await store.heartbeat([{ runId: started.id, token: started.token }], LEASE_MS), ['ok']);
    assert.deepEqual(await claim(10, OTHER_NODE), []);
    await advance(LEASE_MS + 1);
    assert.equal((await finish(started))?.state, 'succeeded');
  });

  it('counts a lost run against the limit of its job until it is taken over', async ({
    queue,
    fireAgain,
    claim,
    advance,
  }) => {
    await queue('a', { policies: { ...RETRY, overlap: 'queue' } });
    const started = existing((await claim())[0]);
    await advance(LEASE_MS + 1);
    await fireAgain('a');
    const taken = await claim();
    assert.deepEqual(
      taken.map((run) => [run.id, run.attempt]),
      [[started.id, 2]],
    );
  });
}

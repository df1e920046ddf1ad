// The store contract on runs: who may start which, in which order, and how they end.
import assert from 'node:assert/strict';
import { type Cases, existing, ids, newJob, OTHER_NODE, retryUpTo } from './bench.ts';

const RETRY = { retry: retryUpTo(3) };

export function runCases(it: Cases): void {
  claimCases(it);
  finishCases(it);
  cancelCases(it);
  extraRunCases(it);
}

function claimCases(it: Cases): void {
  it('starts a run: attempt, token, holder and lease', async ({ queue, claimAll, run }) => {
    const queued = await queue('a');
    const { now, runs } = await claimAll();
    const started = existing(runs[0]);
    assert.deepEqual(await run(queued.id), started);
    const { state, attempt, owner, leaseUntil, startedAt, reason } = started;
    assert.deepEqual(
      [state, attempt, owner, leaseUntil, startedAt, reason],
      ['running', 1, 'node-1', now + 60_000, now, 'scheduled'],
    );
    assert.ok(started.token > 0);
    assert.deepEqual((await claimAll()).runs, []);
  });

  it('starts nothing before it is available', async ({ queue, claim, now, advance }) => {
    await queue('a', {}, { availableAt: (await now()) + 5000 });
    assert.deepEqual(await claim(), []);
    await advance(5000);
    assert.equal((await claim()).length, 1);
  });

  it('starts the higher priority first, then what was available earlier', async ({ queue, claim, now, advance }) => {
    const at = await now();
    await queue('low', {}, { availableAt: at - 9 });
    await queue('late', { policies: { priority: 5 } }, { availableAt: at });
    await queue('early', { policies: { priority: 5 } }, { availableAt: at - 1 });
    await queue('lowest', { policies: { priority: -1 } }, { availableAt: at - 99 });
    await advance(1);
    const order: string[] = [];
    for (let n = 0; n < 4; n++) order.push(...(await claim(1)).map((run) => run.jobId));
    assert.deepEqual(order, ['early', 'late', 'low', 'lowest']);
  });

  it('starts as many as each executor has slots for', async ({ queue, claim }) => {
    for (const id of ['a', 'b', 'c']) await queue(id);
    for (const id of ['x', 'y']) await queue(id, { executor: 'pool' });
    await queue('z', { executor: 'elsewhere' });
    const started = await claim({ default: 2, pool: 1 });
    assert.deepEqual(started.map((run) => run.executor).sort(), ['default', 'default', 'pool']);
    assert.deepEqual(await claim({ default: 0, pool: 0 }), []);
    assert.equal((await claim({ default: 9, pool: 9 })).length, 2);
  });

  it('starts runs of known tasks alone', async ({ queue, claim, store, add }) => {
    await queue('a');
    const stranger = { owner: 'node-3', tasks: new Set(['other']) };
    assert.deepEqual(await claim(10, stranger), []);
    assert.equal((await claim()).length, 1);
    await add('b');
    assert.equal((await store.getJob('b'))?.state, 'active');
  });

  it('keeps running runs of a job at its limit, over all schedulers', async ({
    queue,
    fireAgain,
    claim,
    finish,
    advance,
  }) => {
    await queue('a', { policies: { maxInstances: 2, overlap: 'queue' } });
    for (let n = 0; n < 4; n++) {
      await advance(1);
      await fireAgain('a');
    }
    await queue('b');
    const first = await claim(1);
    const second = await claim(10, OTHER_NODE);
    assert.deepEqual([...first, ...second].map((run) => run.jobId).sort(), ['a', 'a', 'b']);
    await finish(existing(first[0]));
    assert.deepEqual(
      (await claim()).map((run) => run.jobId),
      ['a'],
    );
    assert.deepEqual(await claim(), []);
  });

  it('never gives two claimants the same run', async ({ store, now, fireDue, claim }) => {
    const at = await now();
    await store.putJobs(
      Array.from({ length: 40 }, (_, n) => newJob(`job-${n}`, { nextFireAt: at })),
      'fail',
    );
    await fireDue();
    const claims = (await Promise.all(Array.from({ length: 8 }, () => claim(10)))).flat();
    assert.equal(new Set(ids(claims)).size, 40);
    assert.equal(claims.length, 40);
    assert.equal(new Set(claims.map((run) => run.token)).size, 40);
  });

  it('ends a run as missed when its deadline has passed', async ({ queue, claimAll, now, advance, run }) => {
    const at = await now();
    const late = await queue('late', {}, { deadlineAt: at + 100 });
    const inTime = await queue('in time', {}, { deadlineAt: at + 101 });
    await advance(101 - ((await now()) - at));
    const { runs, ended } = await claimAll();
    assert.deepEqual([ids(runs), ids(ended)], [[inTime.id], [late.id]]);
    assert.deepEqual(await run(late.id), ended[0]);
    assert.equal(ended[0]?.state, 'missed');
  });
}

function finishCases(it: Cases): void {
  it('ends a run with its outcome and error', async ({ queue, claim, finish, run }) => {
    await queue('a');
    const started = existing((await claim())[0]);
    const ended = existing(await finish(started, 'failed', { error: 'Error: no' }));
    assert.deepEqual(await run(started.id), ended);
    assert.deepEqual([ended.state, ended.error, ended.owner, ended.leaseUntil], ['failed', 'Error: no', 'node-1', 0]);
    assert.ok(existing(ended.finishedAt) >= existing(ended.startedAt));
    assert.deepEqual(await claim(), []);
  });

  it('accepts the same finish again, and no other', async ({ queue, claim, finish, run }) => {
    await queue('a');
    const started = existing((await claim())[0]);
    const first = await finish(started, 'failed', { error: 'e' });
    assert.deepEqual(await finish(started, 'failed', { error: 'e' }), first);
    assert.equal(await finish(started, 'succeeded'), null);
    assert.equal((await run(started.id)).state, 'failed');
  });

  it('refuses a finish with a wrong token, or of a run that was never started', async ({ queue, claim, finish }) => {
    const queued = await queue('a');
    assert.equal(await finish(queued), null);
    const started = existing((await claim())[0]);
    assert.equal(await finish({ ...started, token: started.token + 1 }), null);
    assert.equal(await finish({ ...started, id: 'nobody/1/1' }), null);
    assert.equal((await finish(started))?.state, 'succeeded');
  });

  it('queues a retry, and counts its attempts', async ({ queue, claim, finish, advance, now }) => {
    await queue('a', { policies: RETRY }, { deadlineAt: (await now()) + 1000 });
    const first = existing((await claim())[0]);
    const waiting = existing(await finish(first, 'failed', { error: 'once', retryInMs: 5000 }));
    assert.deepEqual([waiting.state, waiting.error, waiting.owner, waiting.attempt], ['queued', 'once', null, 1]);
    assert.deepEqual(await finish(first, 'failed', { error: 'once', retryInMs: 5000 }), waiting, 'a repeated finish');
    assert.deepEqual(await claim(), []);
    await advance(5000);
    const second = existing((await claim())[0]);
    assert.deepEqual([second.id, second.attempt, second.reason], [first.id, 2, 'retry']);
    assert.ok(second.token > first.token);
    assert.equal(await finish(first), null);
    assert.equal((await finish(second))?.error, null);
  });

  it('gives back a run that was not begun, without counting the attempt', async ({ queue, claim, store, run }) => {
    await queue('a');
    const first = existing((await claim())[0]);
    const claimed = { runId: first.id, token: first.token };
    await store.releaseRuns([{ ...claimed, token: first.token + 1 }]);
    assert.equal((await run(first.id)).state, 'running');
    await store.releaseRuns([claimed]);
    await store.releaseRuns([claimed]);
    const released = await run(first.id);
    assert.deepEqual([released.state, released.attempt, released.owner, released.startedAt], ['queued', 0, null, null]);
    const second = existing((await claim(10, OTHER_NODE))[0]);
    assert.deepEqual([second.attempt, second.reason, second.owner], [1, 'scheduled', 'node-2']);
    assert.ok(second.token > first.token);
  });
}

function cancelCases(it: Cases): void {
  it('cancels a run that waits', async ({ queue, claim, store, run }) => {
    const queued = await queue('a');
    const cancelled = await store.cancelRun(queued.id);
    assert.equal(cancelled?.state, 'cancelled');
    assert.deepEqual(await run(queued.id), cancelled);
    assert.deepEqual(await claim(), []);
  });

  it('asks a running one to end, and does not retry it', async ({ queue, claim, store, finish }) => {
    await queue('a', { policies: RETRY });
    const started = existing((await claim())[0]);
    const asked = existing(await store.cancelRun(started.id));
    assert.deepEqual([asked.state, asked.cancelRequested], ['running', true]);
    assert.deepEqual(await store.heartbeat([{ runId: started.id, token: started.token }], 1000), ['cancel']);
    assert.equal((await finish(started, 'failed', { retryInMs: 0 }))?.state, 'cancelled');
    assert.deepEqual(await claim(), []);
  });

  it('leaves a run that has ended as it is', async ({ queue, claim, store, finish }) => {
    await queue('a');
    const started = existing((await claim())[0]);
    const ended = await finish(started);
    assert.deepEqual(await store.cancelRun(started.id), ended);
    assert.equal(await store.cancelRun('nobody/1/1'), null);
  });
}

function extraRunCases(it: Cases): void {
  it('adds a run outside the trigger, whatever the limit and the state', async ({ store, add, now, claim }) => {
    const job = await add('a', { state: 'paused', nextFireAt: null });
    const at = await now();
    const run = existing(await store.addRun('a', { reason: 'manual', key: 'manual-1' }));
    assert.equal(run.id, `a/${job.generation}/manual-1`);
    assert.deepEqual([run.state, run.reason, run.deadlineAt], ['queued', 'manual', null]);
    assert.ok(run.fireAt >= at && run.availableAt === run.fireAt);
    await store.addRun('a', { reason: 'manual', key: 'manual-2' });
    assert.equal((await store.getRuns({ states: ['queued'] }, {})).items.length, 2);
    assert.deepEqual(ids(await claim()), [run.id]);
    assert.equal((await store.getJob('a'))?.state, 'paused');
  });

  it('adds a run once for each key', async ({ store, add }) => {
    await add('a', { nextFireAt: null });
    const first = await store.addRun('a', { reason: 'manual', key: 'manual-1' });
    assert.deepEqual(await store.addRun('a', { reason: 'manual', key: 'manual-1' }), first);
    assert.equal((await store.getRuns({}, {})).items.length, 1);
    assert.equal(await store.addRun('nobody', { reason: 'manual', key: 'manual-1' }), null);
  });
}

// The store contract on what is due: claims on jobs, when to wake, and tasks that nobody knows.
import assert from 'node:assert/strict';
import { type Cases, commitOf, existing, ids, NODE, newJob, OTHER_NODE, TASK, TTL_MS } from './bench.ts';

export function dueCases(it: Cases): void {
  claimCases(it);
  wakeCases(it);
}

function claimCases(it: Cases): void {
  it('claims what is due, earliest first, up to the limit', async ({ store, now }) => {
    const at = await now();
    await store.putJobs(
      [
        newJob('later', { nextFireAt: at + 60_000 }),
        newJob('third', { nextFireAt: at }),
        newJob('first', { nextFireAt: at - 2000 }),
        newJob('second', { nextFireAt: at - 1000 }),
        newJob('never', { nextFireAt: null }),
      ],
      'fail',
    );
    const first = await store.claimDue({ ...NODE, limit: 2, ttlMs: TTL_MS });
    assert.deepEqual(ids(first.jobs), ['first', 'second']);
    assert.ok(first.now >= at);
    assert.deepEqual(ids((await store.claimDue({ ...NODE, limit: 2, ttlMs: TTL_MS })).jobs), ['third']);
  });

  it('claims at the very instant and not before', async ({ store, add, now, advance }) => {
    await add('a', { nextFireAt: (await now()) + 60_000 });
    assert.deepEqual((await store.claimDue({ ...NODE, limit: 9, ttlMs: TTL_MS })).jobs, []);
    await advance(60_000);
    assert.deepEqual(ids((await store.claimDue({ ...NODE, limit: 9, ttlMs: TTL_MS })).jobs), ['a']);
  });

  it('claims active jobs of known tasks alone', async ({ store, add }) => {
    await add('paused', { state: 'paused' });
    await add('finished', { state: 'finished' });
    await add('set aside', { state: 'broken' });
    await add('unknown', { task: 'other' });
    assert.deepEqual((await store.claimDue({ ...NODE, limit: 9, ttlMs: TTL_MS })).jobs, []);
    const knowing = { owner: 'node-3', tasks: new Set(['other']) };
    assert.deepEqual(ids((await store.claimDue({ ...knowing, limit: 9, ttlMs: TTL_MS })).jobs), ['unknown']);
  });

  it('gives a claim to one at a time, until its time is up', async ({ store, add, advance }) => {
    await add('a');
    const [first] = (await store.claimDue({ ...NODE, limit: 9, ttlMs: TTL_MS })).jobs;
    assert.deepEqual((await store.claimDue({ ...OTHER_NODE, limit: 9, ttlMs: TTL_MS })).jobs, []);
    await advance(TTL_MS + 1);
    const [second] = (await store.claimDue({ ...OTHER_NODE, limit: 9, ttlMs: TTL_MS })).jobs;
    assert.ok(existing(second).version > existing(first).version);
  });

  it('never gives two claimants the same job', async ({ store, now }) => {
    const at = await now();
    await store.putJobs(
      Array.from({ length: 50 }, (_, n) => newJob(`job-${n}`, { nextFireAt: at })),
      'fail',
    );
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => store.claimDue({ ...NODE, limit: 10, ttlMs: TTL_MS })),
    );
    const claimed = claims.flatMap(({ jobs }) => ids(jobs));
    assert.equal(new Set(claimed).size, claimed.length);
    assert.equal(claimed.length, 50);
  });

  it('forgets a claim when the job is changed', async ({ store, add, advance }) => {
    await add('a');
    const claimed = existing((await store.claimDue({ ...NODE, limit: 9, ttlMs: TTL_MS })).jobs[0]);
    await store.updateJob('a', claimed.version, { name: 'changed' });
    await advance(1);
    assert.deepEqual(ids((await store.claimDue({ ...OTHER_NODE, limit: 9, ttlMs: TTL_MS })).jobs), ['a']);
    assert.equal((await store.commitFires([commitOf(claimed)]))[0]?.ok, false);
  });
}

function wakeCases(it: Cases): void {
  it('has nothing to wake for when there is nothing', async ({ wakeAt, add }) => {
    assert.equal(await wakeAt(), null);
    await add('paused', { state: 'paused' });
    await add('unknown', { task: 'other' });
    assert.equal(await wakeAt(), null);
  });

  it('wakes for the earliest fire', async ({ wakeAt, add, now }) => {
    const at = await now();
    await add('later', { nextFireAt: at + 9000 });
    await add('next', { nextFireAt: at + 5000 });
    await add('unknown', { task: 'other', nextFireAt: at + 1 });
    assert.equal(await wakeAt(), at + 5000);
    await add('overdue', { nextFireAt: at - 5 });
    assert.ok(existing(await wakeAt()) <= (await now()));
  });

  it('wakes for a claim that runs out', async ({ store, wakeAt, add }) => {
    await add('a');
    const { now } = await store.claimDue({ ...OTHER_NODE, limit: 9, ttlMs: TTL_MS });
    const at = existing(await wakeAt());
    assert.ok(at > now && at <= now + TTL_MS + 1);
  });

  it('wakes for a run that becomes available, and not for one that waits for a slot', async ({
    queue,
    wakeAt,
    now,
  }) => {
    await queue('ready');
    assert.equal(await wakeAt(), null);
    const at = (await now()) + 7000;
    await queue('later', {}, { availableAt: at });
    assert.equal(await wakeAt(), at);
  });

  it('wakes for a lease that ends, and not again once it has ended', async ({ queue, claimAll, wakeAt, advance }) => {
    await queue('a');
    const { now, runs } = await claimAll();
    const leaseUntil = existing(runs[0]).leaseUntil;
    assert.ok(leaseUntil > now);
    const at = existing(await wakeAt());
    assert.ok(at >= leaseUntil && at <= leaseUntil + 1);
    await advance(at - now + 1);
    assert.equal(await wakeAt(), null);
  });

  it('counts what waits for tasks that are not known', async ({ store, add, queue, now, advance }) => {
    const other = { task: 'other' };
    await add('due', other);
    await add('due too', other);
    await add('not due', { ...other, nextFireAt: (await now()) + 60_000 });
    await add('paused', { ...other, state: 'paused' });
    await queue('waiting');
    await advance(1);
    assert.deepEqual([...(await store.unknownTasks(new Set([TASK])))], [['other', 2]]);
    assert.deepEqual([...(await store.unknownTasks(new Set(['other'])))], [[TASK, 1]]);
    assert.equal((await store.unknownTasks(new Set([TASK, 'other']))).size, 0);
  });
}

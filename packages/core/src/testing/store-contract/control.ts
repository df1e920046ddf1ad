// The store contract on what people ask for: runs out of turn, another attempt, an end of a job.
import assert from 'node:assert/strict';
import { attemptsOf } from '../../jobs/attempts.ts';
import { type Cases, commitOf, existing, fireOf, ids, NODE, TTL_MS } from './bench.ts';

export function controlCases(it: Cases): void {
  outOfTurnCases(it);
  retryCases(it);
  endCases(it);
}

function outOfTurnCases(it: Cases): void {
  it('adds a run for a fire time in the past, once', async ({ store, add, now, claim }) => {
    const job = await add('a/b', { nextFireAt: null });
    const fireAt = (await now()) - 3_600_000;
    const extra = { reason: 'backfill', key: String(fireAt), fireAt } as const;
    const run = existing(await store.addRun('a/b', extra));
    assert.equal(run.id, `a%2Fb/${job.generation}/${fireAt}`);
    assert.deepEqual([run.fireAt, run.reason, run.deadlineAt], [fireAt, 'backfill', null]);
    assert.ok(run.availableAt > fireAt);
    assert.deepEqual(await store.addRun('a/b', extra), run);
    assert.deepEqual(ids((await store.getRuns({ from: fireAt, until: fireAt }, {})).items), [run.id]);
    assert.deepEqual(ids(await claim()), [run.id]);
  });

  it('starts a run beyond the limit of its job if it is to ignore it', async ({ store, add, claim }) => {
    await add('a', { nextFireAt: null });
    for (const key of ['1', '2']) await store.addRun('a', { reason: 'manual', key });
    assert.equal((await claim()).length, 1);
    const extra = existing(await store.addRun('a', { reason: 'manual', key: '3', ignoresMaxInstances: true }));
    assert.deepEqual(ids(await claim()), [extra.id]);
    assert.deepEqual(await claim(), []);
  });
}

function retryCases(it: Cases): void {
  it('lets a run that ended badly wait for another attempt', async ({ queue, claim, finish, store, run, advance }) => {
    await queue('a');
    const first = existing((await claim())[0]);
    await finish(first, 'failed', { error: 'Error: no', result: '[1]', progress: '{"fraction":1,"text":""}' });
    await advance(5);
    const waiting = existing(await store.retryRun(first.id));
    assert.deepEqual(await run(first.id), waiting);
    assert.deepEqual(
      [waiting.state, waiting.attempt, waiting.owner, waiting.finishedAt, waiting.progress],
      ['queued', 1, null, null, null],
    );
    assert.equal(waiting.fireAt, first.fireAt);
    assert.deepEqual(await store.retryRun(first.id), waiting, 'asked twice');
    const second = existing((await claim())[0]);
    assert.deepEqual([second.id, second.attempt, second.reason], [first.id, 2, 'retry']);
    assert.equal((await finish(second))?.state, 'succeeded');
    assert.deepEqual(
      attemptsOf(await run(first.id)).map(({ number, outcome }) => [number, outcome]),
      [
        [1, 'failed'],
        [2, 'succeeded'],
      ],
    );
    assert.equal((await store.getRuns({}, {})).items.length, 1);
  });

  it('retries a run that was never started', async ({ queue, claim, store, now, advance, claimAll }) => {
    const late = await queue('a', {}, { deadlineAt: (await now()) + 1 });
    await advance(10);
    await claimAll();
    const waiting = existing(await store.retryRun(late.id));
    assert.deepEqual([waiting.state, waiting.attempt, waiting.deadlineAt], ['queued', 0, null]);
    assert.deepEqual(ids(await claim()), [late.id]);
  });

  it('keeps to the limit of the job when a run is retried', async ({
    queue,
    fireAgain,
    claim,
    finish,
    store,
    advance,
  }) => {
    await queue('a');
    const failed = existing((await claim())[0]);
    await finish(failed, 'failed');
    await advance(1);
    await fireAgain('a');
    const running = existing((await claim())[0]);
    await store.retryRun(failed.id);
    assert.deepEqual(await claim(), []);
    await finish(running);
    assert.deepEqual(ids(await claim()), [failed.id]);
  });

  it('leaves a run that waits, executes or has succeeded as it is', async ({ queue, claim, finish, store }) => {
    const queued = await queue('a');
    assert.deepEqual(await store.retryRun(queued.id), queued);
    const started = existing((await claim())[0]);
    assert.deepEqual(await store.retryRun(started.id), started);
    const ended = await finish(started);
    assert.deepEqual(await store.retryRun(started.id), ended);
    assert.equal(await store.retryRun('nobody/1/1'), null);
    assert.deepEqual(await claim(), []);
  });

  it('leaves a run alone whose job is gone', async ({ queue, add, claim, finish, store }) => {
    await queue('a');
    const failed = existing((await claim())[0]);
    await finish(failed, 'failed');
    await store.removeJobs(['a']);
    assert.equal((await store.retryRun(failed.id))?.state, 'failed');
    await add('a', { nextFireAt: null });
    assert.equal((await store.retryRun(failed.id))?.state, 'failed', 'of another job with its id');
    assert.deepEqual(await claim(), []);
  });
}

function endCases(it: Cases): void {
  it('answers the runs that a removal cancels', async ({ store, queue, claim, fireAgain, advance }) => {
    await queue('a', { policies: { overlap: 'queue' } });
    await claim();
    await advance(1);
    const [waiting] = await fireAgain('a');
    await queue('b', { executor: 'elsewhere' });
    const { jobIds, cancelled } = await store.removeJobs(['a', 'nobody']);
    assert.deepEqual([jobIds, cancelled.map(({ id, state }) => [id, state])], [['a'], [[waiting?.id, 'cancelled']]]);
    assert.deepEqual(await store.getRun(existing(waiting).id), cancelled[0]);
    const all = await store.removeJobs('all');
    assert.deepEqual([all.jobIds, all.cancelled.map(({ jobId }) => jobId)], [['b'], ['b']]);
  });

  it('has finished with a job when it has come to its maxRuns', async ({ store, add, now, fireDue }) => {
    const at = await now();
    await add('a', { policies: { maxRuns: 2, maxInstances: 5 } });
    const commit = async () => {
      const [job] = (await store.claimDue({ ...NODE, limit: 1, ttlMs: TTL_MS })).jobs;
      const [result] = await store.commitFires([commitOf(existing(job), { nextFireAt: at + 1 })]);
      return existing(result);
    };
    assert.equal((await commit()).hasFinished ?? false, false);
    assert.equal((await store.getJob('a'))?.runCount, 1);
    await store.updateJob('a', existing(await store.getJob('a')).version, { nextFireAt: at });
    assert.equal((await store.getJob('a'))?.state, 'active');
    const job = existing((await store.claimDue({ ...NODE, limit: 1, ttlMs: TTL_MS })).jobs[0]);
    const missed = commitOf(job, { fires: [fireOf(job, { fireAt: at - 2, missed: true })], nextFireAt: at });
    assert.equal((await store.commitFires([missed]))[0]?.hasFinished ?? false, false, 'a missed one does not count');
    const again = existing((await store.claimDue({ ...NODE, limit: 1, ttlMs: TTL_MS })).jobs[0]);
    const last = commitOf(again, { fires: [fireOf(again, { fireAt: at - 1 })], nextFireAt: at + 1 });
    assert.equal((await store.commitFires([last]))[0]?.hasFinished, true);
    const { state, nextFireAt, runCount } = existing(await store.getJob('a'));
    assert.deepEqual([state, nextFireAt, runCount], ['finished', null, 2]);
    assert.deepEqual(await fireDue(), []);
  });

  it('tells for which executors runs wait in vain', async ({ store, add, queue, now }) => {
    await queue('a', { executor: 'pool' });
    await queue('b', { executor: 'pool' });
    await queue('c', { executor: 'p/q' });
    await add('d', { task: 'other', executor: 'pool', nextFireAt: null });
    await store.addRun('d', { reason: 'manual', key: '1' });
    await queue('e', { executor: 'pool' }, { availableAt: (await now()) + 60_000 });
    await queue('f');
    const counts = async (executors: readonly string[]) =>
      [...(await store.unknownExecutors({ tasks: NODE.tasks, executors: new Set(executors) }))].sort();
    assert.deepEqual(await counts(['default']), [
      ['p/q', 1],
      ['pool', 2],
    ]);
    assert.deepEqual(await counts(['default', 'p/q', 'pool']), []);
  });
}

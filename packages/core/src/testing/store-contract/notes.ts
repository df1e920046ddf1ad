// The store contract on what runs say while they execute: progress, log, result, and the attempts they took.
import assert from 'node:assert/strict';
import { attemptsOf } from '../../jobs/attempts.ts';
import { type Cases, existing, LEASE_MS, OTHER_NODE, retryUpTo } from './bench.ts';

const PROGRESS = '{"fraction":0.5,"text":"half “way”"}';
const LOG = '{"cut":0,"lines":[[1,1,"one"],[2,1,"two\\n🙂"]]}';
/** As much as a log may come to, of what takes the most room. */
const LONG_LOG = `{"cut":0,"lines":[[1,1,"${'🙂'.repeat(32_768)}"]]}`;
const NOTHING = { progress: null, result: null, log: null, attempts: null };

export function noteCases(it: Cases): void {
  keptCases(it);
  attemptCases(it);
}

function keptCases(it: Cases): void {
  it('has nothing to say of a run whose task says nothing', async ({ queue, claim, finish, store, run }) => {
    const queued = await queue('a');
    const started = existing((await claim())[0]);
    await store.heartbeat([{ runId: started.id, token: started.token }], LEASE_MS);
    const ended = existing(await finish(started));
    for (const record of [queued, started, ended, await run(queued.id)]) {
      const { progress, result, log, attempts } = record;
      assert.deepEqual({ progress, result, log, attempts }, NOTHING);
    }
  });

  it('keeps what comes with a heartbeat, and leaves what does not', async ({ queue, claim, store, run }) => {
    await queue('a');
    const { id, token } = existing((await claim())[0]);
    const beat = { runId: id, token };
    assert.deepEqual(await store.heartbeat([{ ...beat, progress: PROGRESS, log: LOG }], LEASE_MS), ['ok']);
    assert.deepEqual([(await run(id)).progress, (await run(id)).log], [PROGRESS, LOG]);
    await store.heartbeat([beat], LEASE_MS);
    await store.heartbeat([{ ...beat, log: LONG_LOG }], LEASE_MS);
    assert.deepEqual([(await run(id)).progress, (await run(id)).log], [PROGRESS, LONG_LOG]);
  });

  it('keeps nothing of who does not hold the run', async ({ queue, claim, store, run }) => {
    await queue('a');
    const { id, token } = existing((await claim())[0]);
    const stale = { runId: id, token: token + 1, progress: PROGRESS, log: LOG };
    assert.deepEqual(await store.heartbeat([stale], LEASE_MS), ['lost']);
    assert.deepEqual([(await run(id)).progress, (await run(id)).log], [null, null]);
  });

  it('keeps what comes with the end', async ({ queue, claim, finish, run }) => {
    await queue('a');
    const started = existing((await claim())[0]);
    const said = { progress: PROGRESS, log: LONG_LOG, result: '[1,2]' };
    const ended = existing(await finish(started, 'succeeded', said));
    const { progress, log, result, owner } = await run(started.id);
    assert.deepEqual({ progress, log, result, owner }, { ...said, owner: 'node-1' });
    assert.deepEqual(await finish(started, 'succeeded', said), ended, 'a repeated finish');
  });

  it('lists runs without their logs', async ({ queue, claim, finish, store }) => {
    await queue('a');
    await queue('b');
    const [first, second] = await claim();
    const said = { progress: PROGRESS, log: LOG, result: '[1,2]' };
    await finish(existing(first), 'succeeded', said);
    await store.heartbeat([{ runId: existing(second).id, token: existing(second).token, log: LOG }], LEASE_MS);
    const { items } = await store.getRuns({}, {});
    assert.deepEqual(
      items.map(({ log }) => log),
      [null, null],
    );
    const { progress, result } = existing(items.find(({ state }) => state === 'succeeded'));
    assert.deepEqual([progress, result], [PROGRESS, '[1,2]']);
  });
}

function attemptCases(it: Cases): void {
  it('remembers the attempts, and the log over all of them', async ({ queue, claim, finish, run, advance }) => {
    await queue('a', { policies: { retry: retryUpTo(3) } });
    const first = existing((await claim())[0]);
    const failed = { error: 'Error: no\n    at all', retryInMs: 0, progress: PROGRESS, log: LOG };
    const waiting = existing(await finish(first, 'failed', failed));
    assert.deepEqual([waiting.progress, waiting.log], [null, LOG]);
    await advance(1);
    const second = existing((await claim(1, OTHER_NODE))[0]);
    assert.deepEqual([second.progress, second.log], [null, LOG]);
    await finish(second, 'succeeded');
    const attempts = attemptsOf(await run(first.id));
    assert.deepEqual(
      attempts.map(({ number, outcome, error, owner }) => [number, outcome, error, owner]),
      [
        [1, 'failed', 'Error: no', 'node-1'],
        [2, 'succeeded', null, 'node-2'],
      ],
    );
    const [one, two] = attempts;
    assert.equal(one?.startedAt, first.startedAt);
    assert.ok(existing(one?.finishedAt) >= existing(one?.startedAt));
    assert.equal(two?.startedAt, second.startedAt);
  });

  it('remembers an attempt that was lost', async ({ queue, claim, finish, run, advance }) => {
    await queue('a', { policies: { retry: retryUpTo(2) } });
    const { id } = existing((await claim())[0]);
    await advance(LEASE_MS + 1);
    const second = existing((await claim(1, OTHER_NODE))[0]);
    await finish(second);
    assert.deepEqual(
      attemptsOf(await run(id)).map(({ number, outcome, owner }) => [number, outcome, owner]),
      [
        [1, 'lost', 'node-1'],
        [2, 'succeeded', 'node-2'],
      ],
    );
  });

  it('starts a lost run again only if its policy means that', async ({ queue, claimAll, advance }) => {
    await queue('a', { policies: { retry: { ...retryUpTo(2), on: ['ECONNRESET'] } } });
    await queue('b', { policies: { retry: { ...retryUpTo(2), on: ['lost'] } } });
    await claimAll();
    await advance(LEASE_MS + 1);
    const { runs, ended } = await claimAll();
    assert.deepEqual(
      [runs.map(({ jobId }) => jobId), ended.map(({ jobId, state }) => [jobId, state])],
      [['b'], [['a', 'lost']]],
    );
  });
}

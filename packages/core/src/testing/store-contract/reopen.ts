// The store contract on opening and closing: what a durable store keeps, and that opening twice is opening once.
import assert from 'node:assert/strict';
import { type Cases, existing } from './bench.ts';

export function openCases(it: Cases): void {
  it('opens twice as if once', async ({ store, clock, add }) => {
    await add('a');
    await store.open({ clock });
    assert.equal((await store.getJob('a'))?.id, 'a');
  });

  it('refuses to work when closed', async ({ store, clock }) => {
    await store.close();
    await store.close();
    await assert.rejects(store.putJobs([], 'fail'));
    await store.open({ clock });
    assert.deepEqual(await store.putJobs([], 'fail'), []);
  });
}

export function reopenCases(it: Cases): void {
  it('keeps jobs and runs over a restart', async (bench) => {
    const job = await bench.add('a', { tags: ['t'], nextFireAt: (await bench.now()) + 60_000 });
    const waiting = await bench.queue('b');
    const running = existing((await bench.claim())[0]);
    await bench.reopen();
    const { store } = bench;
    assert.deepEqual(await store.getJob('a'), job);
    assert.equal(waiting.id, running.id);
    assert.deepEqual(await store.getRun(running.id), running);
    assert.equal((await bench.finish(running))?.state, 'succeeded');
  });

  it('counts generations and tokens on over a restart', async (bench) => {
    const before = await bench.queue('a');
    const claimed = existing((await bench.claim())[0]);
    await bench.finish(claimed);
    await bench.store.removeJobs('all');
    await bench.reopen();
    const after = await bench.queue('a');
    assert.ok(after.generation > before.generation);
    const again = existing((await bench.claim())[0]);
    assert.equal(again.id, after.id);
    assert.ok(again.token > claimed.token);
  });
}

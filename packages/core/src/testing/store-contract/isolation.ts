// The store contract on isolation: nothing that is done to a record outside changes what is kept.
import assert from 'node:assert/strict';
import { type Cases, existing, newJob } from './bench.ts';

export function isolationCases(it: Cases): void {
  it('keeps jobs apart from the records it hands out', async ({ store, add }) => {
    await add('a', { tags: ['t'] });
    const before = structuredClone(await store.getJob('a'));
    const handedOut = [existing(await store.getJob('a')), ...(await store.getJobs({}, {})).items];
    for (const job of handedOut) vandalise(job);
    assert.deepEqual(await store.getJob('a'), before);
  });

  it('keeps jobs apart from the records it was given', async ({ store }) => {
    const job = newJob('a', { tags: ['t'], trigger: { kind: 'interval', options: { minutes: 5 } } });
    await store.putJobs([job], 'fail');
    const before = structuredClone(await store.getJob('a'));
    vandalise(job);
    assert.deepEqual(await store.getJob('a'), before);
  });

  it('keeps jobs apart from the changes it was given', async ({ store, add }) => {
    const { version } = await add('a');
    const patch = { tags: ['x'], trigger: { kind: 'interval', options: { minutes: 5 } } };
    const changed = existing(await store.updateJob('a', version, patch));
    const before = structuredClone(changed);
    vandalise(patch);
    vandalise(changed);
    assert.deepEqual(await store.getJob('a'), before);
  });

  it('keeps runs apart from the records it hands out', async ({ store, queue }) => {
    const { id } = await queue('a');
    const before = structuredClone(await store.getRun(id));
    for (const run of [existing(await store.getRun(id)), ...(await store.getRuns({}, {})).items]) vandalise(run);
    assert.deepEqual(await store.getRun(id), before);
  });
}

/** Changes whatever can be changed, at any depth. */
function vandalise(value: object): void {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) vandalise(inner);
    // A frozen record refuses, and is as safe as a copy.
    Reflect.set(value, key, 'vandalised');
  }
}

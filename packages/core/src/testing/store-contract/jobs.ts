// The store contract on jobs: adding, replacing, changing, listing and removing them.
import assert from 'node:assert/strict';
import { type Cases, existing, ids, newJob, retryUpTo } from './bench.ts';

export function jobCases(it: Cases): void {
  addCases(it);
  replaceCases(it);
  changeCases(it);
  listCases(it);
}

const CHANGED = { trigger: { kind: 'interval', options: { hours: 2 } } } as const;

function addCases(it: Cases): void {
  it('keeps a job as it was given', async ({ store }) => {
    const job = newJob('eu', {
      name: 'Report for Europe',
      args: '["eu",{"n":1}]',
      trigger: { kind: 'cron', options: { hour: '9', startDate: '2026-01-01T00:00:00.000Z' }, anchor: '2026-01-01' },
      tags: ['daily', 'mail'],
      policies: {
        misfireGraceMs: 60_000,
        jitterMs: [-5, 10],
        retry: { ...retryUpTo(3), delayMs: 1, backoff: 1.5, maxDelayMs: 9, jitter: 0.5, on: ['E'], notOn: ['F'] },
      },
      nextFireAt: 1_767_225_600_123,
      ephemeral: true,
    });
    const [result] = await store.putJobs([job], 'fail');
    assert.equal(result?.status, 'added');
    const stored = existing(await store.getJob('eu'));
    assert.deepEqual(stored, result.job);
    const {
      generation,
      version,
      lastFireAt,
      runCount,
      failures,
      claimedUntil,
      note,
      createdAt,
      updatedAt,
      ...definition
    } = stored;
    assert.deepEqual(definition, job);
    assert.deepEqual([runCount, failures], [0, 0]);
    assert.deepEqual({ lastFireAt, claimedUntil, note }, { lastFireAt: null, claimedUntil: 0, note: null });
    assert.ok(generation >= 1 && version >= 1 && createdAt > 0 && updatedAt === createdAt);
  });

  it('keeps ids, names and arguments to the letter', async ({ store }) => {
    const odd = [
      "'; DROP TABLE job;--",
      '`"%_\\',
      'a/b%2F',
      '__proto__',
      'constructor',
      '日本語 🚀',
      'line\r\nbreak',
      ' {x} ',
    ];
    await store.putJobs(
      odd.map((id) => newJob(id, { name: id, args: JSON.stringify([id]), tags: [id] })),
      'fail',
    );
    for (const id of odd) {
      const job = existing(await store.getJob(id));
      assert.deepEqual([job.id, job.name, job.args, job.tags], [id, id, JSON.stringify([id]), [id]]);
    }
    assert.deepEqual(ids((await store.getJobs({}, {})).items).sort(), odd.sort());
  });

  it('answers null for a job it does not have', async ({ store }) => {
    assert.equal(await store.getJob('nobody'), null);
    assert.equal(await store.updateJob('nobody', 1, { name: 'x' }), null);
    assert.deepEqual(await store.removeJobs(['nobody']), { jobIds: [], cancelled: [] });
  });

  it('adds all or none under `fail`', async ({ store }) => {
    await store.putJobs([newJob('b')], 'fail');
    const results = await store.putJobs([newJob('a'), newJob('b', { name: 'other' }), newJob('c')], 'fail');
    const conflicts = results.filter((result) => result.status === 'conflict');
    assert.deepEqual(ids(conflicts.map((result) => result.job)), ['b']);
    assert.deepEqual(ids((await store.getJobs({}, {})).items), ['b']);
    assert.equal((await store.getJob('b'))?.name, 'b');
  });

  it('refuses an id that comes twice in one `fail`', async ({ store }) => {
    const results = await store.putJobs([newJob('a'), newJob('a')], 'fail');
    assert.ok(results.some((result) => result.status === 'conflict'));
    assert.equal(await store.getJob('a'), null);
  });

  it('leaves what is there under `keep`', async ({ store }) => {
    await store.putJobs([newJob('a', { name: 'first' })], 'fail');
    const before = await store.getJob('a');
    const results = await store.putJobs([newJob('a', { name: 'second', ...CHANGED }), newJob('b')], 'keep');
    assert.deepEqual(
      results.map((result) => result.status),
      ['unchanged', 'added'],
    );
    assert.deepEqual(await store.getJob('a'), before);
  });

  it('gives a job that was removed and added again a higher generation', async ({ add, store }) => {
    const first = await add('a');
    await store.removeJobs(['a']);
    const second = await add('a');
    assert.ok(second.generation > first.generation);
  });
}

function replaceCases(it: Cases): void {
  it('does not write an equal definition', async ({ store, advance }) => {
    const trigger = { kind: 'interval', options: { hours: 1 } };
    await store.putJobs([newJob('a', { trigger: { ...trigger, anchor: 5 }, nextFireAt: 10 })], 'fail');
    const before = await store.getJob('a');
    await advance(1000);
    const again = newJob('a', { trigger: { ...trigger, anchor: 1005 }, nextFireAt: 2000 });
    const [result] = await store.putJobs([again], 'replace');
    assert.equal(result?.status, 'unchanged');
    assert.deepEqual(await store.getJob('a'), before);
  });

  it('keeps fire times, pause and note when another part than the trigger changed', async ({ store, add }) => {
    const added = await add('a', { nextFireAt: 10 });
    const paused = existing(
      await store.updateJob('a', added.version, { state: 'paused', lastFireAt: 5, note: 'holidays' }),
    );
    const definition = newJob('a', {
      trigger: { kind: 'interval', options: { hours: 1 }, anchor: 99 },
      name: 'new',
      nextFireAt: 999,
    });
    const [result] = await store.putJobs([definition], 'replace');
    assert.equal(result?.status, 'replaced');
    const job = existing(await store.getJob('a'));
    assert.deepEqual(job, result.job);
    assert.ok(job.version > paused.version);
    assert.equal(job.name, 'new');
    const { nextFireAt, lastFireAt, state, note, generation, trigger, createdAt } = paused;
    assert.deepEqual(
      [job.nextFireAt, job.lastFireAt, job.state, job.note, job.generation, job.trigger, job.createdAt],
      [nextFireAt, lastFireAt, state, note, generation, trigger, createdAt],
    );
  });

  it('starts anew when the trigger changed', async ({ store, add }) => {
    const added = await add('a', { nextFireAt: null, state: 'finished' });
    await store.putJobs([newJob('a', { ...CHANGED, nextFireAt: 77 })], 'replace');
    const job = existing(await store.getJob('a'));
    assert.deepEqual([job.state, job.nextFireAt, job.generation], ['active', 77, added.generation]);
    assert.deepEqual(job.trigger, CHANGED.trigger);
  });

  it('leaves a pause in place when the trigger changed', async ({ store, add }) => {
    await add('a', { state: 'paused', nextFireAt: 10 });
    await store.putJobs([newJob('a', { ...CHANGED, nextFireAt: 77 })], 'replace');
    const job = existing(await store.getJob('a'));
    assert.deepEqual([job.state, job.nextFireAt], ['paused', 77]);
  });

  it('gives a job that was set aside its new start', async ({ store, add }) => {
    await add('a', { state: 'broken', nextFireAt: null });
    await store.putJobs([newJob('a', { name: 'repaired', nextFireAt: 77 })], 'replace');
    const job = existing(await store.getJob('a'));
    assert.deepEqual([job.state, job.nextFireAt, job.note], ['active', 77, null]);
  });
}

function changeCases(it: Cases): void {
  it('changes a job whose version is the one that was read, once', async ({ store, add }) => {
    const job = await add('a');
    const changed = existing(
      await store.updateJob('a', job.version, { state: 'paused', note: 'why', nextFireAt: null }),
    );
    assert.ok(changed.version > job.version);
    assert.deepEqual(await store.getJob('a'), changed);
    assert.deepEqual([changed.state, changed.note, changed.nextFireAt, changed.name], ['paused', 'why', null, 'a']);
    assert.equal(await store.updateJob('a', job.version, { state: 'active' }), null);
    assert.equal((await store.getJob('a'))?.state, 'paused');
  });

  it('changes any part of a definition', async ({ store, add }) => {
    const job = await add('a');
    const patch = {
      name: 'n',
      task: 'other',
      args: '[1]',
      executor: 'pool',
      tags: ['t'],
      trigger: { kind: 'date', options: { runDate: '2026-01-01T00:00:00.000Z' } },
      policies: { ...job.policies, priority: 7, keepRuns: 1 },
    };
    await store.updateJob('a', job.version, patch);
    const { name, task, args, executor, tags, trigger, policies } = existing(await store.getJob('a'));
    assert.deepEqual({ name, task, args, executor, tags, trigger, policies }, patch);
  });

  it('removes jobs and cancels the runs that wait', async ({ store, queue, run }) => {
    const waiting = await queue('a');
    await queue('b');
    assert.deepEqual((await store.removeJobs(['a', 'nobody'])).jobIds, ['a']);
    assert.equal(await store.getJob('a'), null);
    assert.equal((await run(waiting.id)).state, 'cancelled');
    assert.deepEqual((await store.removeJobs('all')).jobIds, ['b']);
    assert.deepEqual((await store.getJobs({}, {})).items, []);
  });

  it('lets runs of a removed job end, but not start again', async ({ store, queue, claim, finish }) => {
    await queue('a', { policies: { retry: retryUpTo(5) } });
    const run = existing((await claim())[0]);
    await store.removeJobs(['a']);
    assert.equal((await finish(run, 'failed', { retryInMs: 0 }))?.state, 'failed');
    assert.deepEqual(await claim(), []);
  });
}

function listCases(it: Cases): void {
  it('lists by next fire time, those without one last, then by id', async ({ store }) => {
    const times: readonly (readonly [string, number | null])[] = [
      ['e', null],
      ['d', null],
      ['c', 20],
      ['b', 10],
      ['a', 20],
    ];
    await store.putJobs(
      times.map(([id, nextFireAt]) => newJob(id, { nextFireAt })),
      'fail',
    );
    assert.deepEqual(ids((await store.getJobs({}, {})).items), ['b', 'a', 'c', 'd', 'e']);
  });

  it('lists in parts without leaving out or repeating any', async ({ store }) => {
    const wanted = Array.from({ length: 23 }, (_, n) => newJob(`job-${n}`, { nextFireAt: n % 3 === 0 ? null : n % 5 }));
    await store.putJobs(wanted, 'fail');
    const whole = ids((await store.getJobs({}, {})).items);
    for (const limit of [1, 5, 23, 24]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await store.getJobs({}, { limit, cursor });
        assert.ok(page.items.length <= limit);
        seen.push(...ids(page.items));
        cursor = page.cursor;
      } while (cursor !== null);
      assert.deepEqual(seen, whole);
    }
  });

  it('filters by state, task, tags and text', async ({ store }) => {
    await store.putJobs(
      [
        newJob('mail-eu', { tags: ['mail', 'eu'], task: 'mail' }),
        newJob('mail-us', { tags: ['mail'], task: 'mail', state: 'paused' }),
        newJob('x', { name: 'Clean-UP', task: 'clean' }),
      ],
      'fail',
    );
    const found = async (filter: object) => ids((await store.getJobs(filter, {})).items).sort();
    assert.deepEqual(await found({ states: ['paused'] }), ['mail-us']);
    assert.deepEqual(await found({ tasks: ['mail', 'nothing'] }), ['mail-eu', 'mail-us']);
    assert.deepEqual(await found({ tags: ['mail', 'eu'] }), ['mail-eu']);
    assert.deepEqual(await found({ search: 'clean-up' }), ['x']);
    assert.deepEqual(await found({ search: 'MAIL', states: ['active'] }), ['mail-eu']);
    assert.deepEqual(await found({ states: [] }), []);
  });

  it('finds text in any case and any script, and tags as they are', async ({ store }) => {
    await store.putJobs(
      [
        newJob('ascii', { name: 'Straße 100%_\\"Nord"' }),
        newJob('ÄRGER', { name: 'kelvin \u212a', tags: ['a"b', 'Ä'] }),
        newJob('greek', { name: 'ΣΊΣΥΦΟΣ', tags: ['a', 'b'] }),
        newJob('plain'),
      ],
      'fail',
    );
    const found = async (filter: object) => ids((await store.getJobs(filter, {})).items).sort();
    assert.deepEqual(await found({ search: 'STRASSE' }), []);
    assert.deepEqual(await found({ search: 'STRAßE' }), ['ascii']);
    assert.deepEqual(await found({ search: '%_\\"nord"' }), ['ascii']);
    assert.deepEqual(await found({ search: 'Ärger' }), ['ÄRGER']);
    assert.deepEqual(await found({ search: 'kelvin k' }), ['ÄRGER']);
    assert.deepEqual(await found({ search: 'σίσ' }), ['greek']);
    assert.deepEqual(await found({ search: 'a\u0000b' }), []);
    assert.deepEqual(await found({ search: '%' }), ['ascii']);
    assert.deepEqual(await found({ tags: ['a"b'] }), ['ÄRGER']);
    assert.deepEqual(await found({ tags: ['Ä'] }), ['ÄRGER']);
    assert.deepEqual(await found({ tags: ['a', 'b'] }), ['greek']);
    assert.deepEqual(await found({ tags: ['A'] }), []);
  });

  it('refuses a cursor it did not answer and a limit below 1', async ({ store }) => {
    await assert.rejects(store.getJobs({}, { cursor: 'nonsense' }));
    await assert.rejects(store.getRuns({}, { cursor: '{}' }));
    await assert.rejects(store.getJobs({}, { limit: 0 }));
  });
}

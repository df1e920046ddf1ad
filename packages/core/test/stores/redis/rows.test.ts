// Rows and indexes that another program has spoilt.
import { describe, expect, it } from 'vitest';
import { existing, NODE, newJob, OTHER_NODE } from '../../../src/testing/store-contract/bench.ts';
import { DUE, RedisBench, SLOTS, url } from './redis-bench.ts';

const bench = new RedisBench();

describe.skipIf(url === '')('rows that cannot be read', () => {
  const column = (name: string, value: unknown) => (text: string) =>
    JSON.stringify({ ...JSON.parse(text), [name]: value });
  /** As above, in the form in which we write rows. */
  const inPlace = (name: string, value: string) => (text: string) =>
    text.replace(new RegExp(`"${name}":("(\\\\.|[^"\\\\])*"|[^,}]+)`), `"${name}":${value}`);

  const SPOILT: readonly (readonly [string, (text: string) => string])[] = [
    ['no JSON', () => '{'],
    ['another kind of JSON', () => '[1]'],
    ['nothing but bytes', () => '\u0000\uFFFD\u{1F680}'],
    ['half of a row', (text) => text.slice(0, text.length / 2)],
    ['a trigger that is none', column('trigger_json', '"text"')],
    ['a trigger that is none, in our form', inPlace('trigger_json', '"{"')],
    ['policies that are none', inPlace('policies', '"[]"')],
    ['tags that are none', inPlace('tags', '"{\\"a\\":1}"')],
    ['a state that is none', inPlace('state', '"running"')],
    ['a time that is a text', inPlace('next_fire_at', '"noon"')],
    ['a name that is a number', inPlace('name', '7')],
    ['a huge number', column('updated_at', 1e300)],
    ['deep nesting', column('trigger_json', '{'.repeat(100_000))],
  ];

  it.each(SPOILT)('sets a job with %s aside, and goes on with the rest', async (_, spoil) => {
    const store = await bench.open();
    await bench.addDue(store, 'good', 'spoilt', 'fine');
    const raw = bench.connect();
    const key = bench.key('job:spoilt');
    const text = spoil(existing(await raw.get(key)));
    await raw.set(key, text);
    const listed = (await store.getJobs({}, {})).items;
    expect(listed.map((job) => [job.id, job.state])).toEqual([
      ['fine', 'active'],
      ['good', 'active'],
      ['spoilt', 'broken'],
    ]);
    expect(listed[2]?.note).toMatch(/job "spoilt" cannot be read/);
    const other = await bench.open();
    const claims = [...(await other.claimDue(DUE)).jobs, ...(await store.claimDue(DUE)).jobs];
    expect(claims.map((job) => job.id)).toEqual(['good', 'fine']);
    await bench.clock.advance(DUE.ttlMs + 1);
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id)).toEqual(['good', 'fine']);
    const stored = existing(await raw.get(key));
    expect(stored).toMatch(/"state":"(broken|running)"/);
    expect((await store.getJobs({ states: ['broken'] }, {})).items.map((job) => job.id)).toContain('spoilt');
    await store.putJobs([newJob('spoilt', { name: 'repaired', nextFireAt: bench.clock.now() })], 'replace');
    const { trigger, policies, tags } = newJob('a');
    const repaired = { name: 'repaired', state: 'active', note: null, trigger, policies, tags };
    expect(await store.getJob('spoilt')).toMatchObject(repaired);
    expect((await store.claimDue(DUE)).jobs.map((job) => job.id)).toEqual(['spoilt']);
  });

  it('writes over no more of a spoilt job than what is changed', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    const raw = bench.connect();
    const key = bench.key('job:a');
    await raw.set(key, inPlace('trigger_json', '"{"')(existing(await raw.get(key))));
    const job = existing(await store.getJob('a'));
    await store.updateJob('a', job.version, { name: 'known to be broken', state: 'paused' });
    const row = JSON.parse(existing(await raw.get(key)));
    expect(row).toMatchObject({ name: 'known to be broken', state: 'paused', trigger_json: '{' });
  });

  it('keeps columns that it does not know', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    const raw = bench.connect();
    const key = bench.key('job:a');
    await raw.set(key, existing(await raw.get(key)).replace('"name"', '"colour":"red","name"'));
    await bench.fire(store);
    const job = existing(await store.getJob('a'));
    await store.updateJob('a', job.version, { name: 'b' });
    expect(JSON.parse(existing(await raw.get(key)))).toMatchObject({ colour: 'red', name: 'b' });
  });

  it('takes a job and a run that somebody wrote in another form as they are', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    const raw = bench.connect();
    const pretty = async (key: string) =>
      raw.set(key, JSON.stringify(JSON.parse(existing(await raw.get(key))), null, 2));
    await pretty(bench.key('job:a'));
    expect((await store.claimDue(DUE)).jobs).toEqual([]);
    const [fired] = await bench.fire(store);
    const run = existing(fired?.runs[0]);
    await pretty(bench.key(`run:${run.id}`));
    const claim = () => store.claimRuns({ ...NODE, ...SLOTS });
    expect((await claim()).runs).toEqual([]);
    expect((await claim()).runs.map(({ id }) => id)).toEqual([run.id]);
  });

  it.each([
    ['policies that are none', inPlace('policies', '"x"')],
    ['no JSON', () => '{'],
    ['half of a row', (text: string) => text.slice(0, text.length / 2)],
  ])('records a run with %s as failed', async (_, spoil) => {
    const store = await bench.open();
    await bench.addDue(store, 'a', 'b');
    const fired = await bench.fire(store);
    const spoilt = existing(fired.flatMap(({ runs }) => runs).find((run) => run.jobId === 'a'));
    const raw = bench.connect();
    const key = bench.key(`run:${spoilt.id}`);
    await raw.set(key, spoil(existing(await raw.get(key))));
    const other = await bench.open();
    const { runs, ended } = await other.claimRuns({ ...NODE, ...SLOTS });
    expect(runs.map((run) => run.jobId)).toEqual(['b']);
    expect(ended).toMatchObject([{ jobId: 'a', state: 'failed', error: expect.stringContaining('cannot be read') }]);
    await bench.clock.advance(SLOTS.leaseMs + 2000);
    const again = await other.claimRuns({ ...OTHER_NODE, ...SLOTS });
    expect(again.ended.map((run) => run.jobId)).toEqual(['b']);
    expect((await other.claimRuns({ ...OTHER_NODE, ...SLOTS })).ended).toEqual([]);
  });

  it('starts runs for an owner whose name is longer than its place', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    await bench.fire(store);
    const owner = `nœud "1" ${'x'.repeat(200)}`;
    const [run] = (await store.claimRuns({ ...NODE, ...SLOTS, owner })).runs;
    const other = await bench.open();
    expect(await other.getRun(existing(run).id)).toEqual(run);
    const claim = { runId: existing(run).id, token: existing(run).token };
    expect(await store.heartbeat([claim], 1000)).toEqual(['ok']);
    expect(await other.heartbeat([claim], 2000)).toEqual(['ok']);
    const [ended] = await other.finishRuns([{ ...claim, outcome: 'succeeded', error: null, retryInMs: null }]);
    expect(await store.getRun(claim.runId)).toEqual(ended);
  });
});

describe.skipIf(url === '')('indexes that say what is not so', () => {
  it('lose jobs and runs that are not there, or are not what they were', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a', 'gone', 'paused');
    await bench.fire(store);
    const raw = bench.connect();
    const [lane] = await raw.smembers(bench.key('lanes'));
    await raw.zadd(bench.key('due:send-report'), 1, 'gone too', 1, 'paused');
    await raw.zadd(bench.key(`queue:${lane}`), 1, 'gone/1/1');
    await raw.zadd(bench.key(`leases:${lane}`), 1, 'gone/1/2');
    const paused = existing(await store.getJob('paused'));
    await store.updateJob('paused', paused.version, { state: 'paused' });
    await raw.zadd(bench.key('due:send-report'), 1, 'paused');
    expect((await store.claimDue(DUE)).jobs).toEqual([]);
    expect((await store.claimRuns({ ...NODE, ...SLOTS })).runs).toHaveLength(3);
    expect(await raw.exists(bench.key('due:send-report'), bench.key(`queue:${lane}`))).toBe(0);
    expect(await raw.zcard(bench.key(`leases:${lane}`))).toBe(3);
  });

  it('do not keep all jobs from being removed', async () => {
    const store = await bench.open();
    await bench.addDue(store, 'a');
    await bench.connect().zadd(bench.key('jobs'), 1, 'gone');
    expect((await store.removeJobs('all')).jobIds).toEqual(['a']);
  });
});

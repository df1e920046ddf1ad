// Whether the indexes of a Redis store say what its rows say.
import type { Redis } from 'ioredis';

type Columns = Readonly<Record<string, unknown>>;

/** Whatever an index has and should not have, or should have and has not. */
export async function indexFaults(raw: Redis, base: string): Promise<string[]> {
  const keys = await raw.keys(`${base}:*`);
  const indexes = await readIndexes(raw, keys, base);
  const rows = await readRows(raw, keys, base);
  return compare(indexes, expectedIndexes(rows, indexes));
}

/** Members with scores by name of the index; sets have scores of 0. */
type Indexes = Map<string, Map<string, string>>;

async function readIndexes(raw: Redis, keys: readonly string[], base: string): Promise<Indexes> {
  const indexes: Indexes = new Map();
  for (const key of keys) {
    const name = key.slice(base.length + 1);
    if (/^(job|run|meta)(:|$)/.test(name)) continue;
    const isSet = (await raw.type(key)) === 'set';
    const found = isSet ? await raw.smembers(key) : await raw.zrange(key, '0', '-1');
    const scores = isSet ? [] : await raw.zmscore(key, ...found);
    indexes.set(name, new Map(found.map((member, at) => [member, String(scores[at] ?? 0)])));
  }
  return indexes;
}

async function readRows(raw: Redis, keys: readonly string[], base: string) {
  const rows = { job: new Map<string, Columns>(), run: new Map<string, Columns>() };
  for (const kind of ['job', 'run'] as const) {
    for (const key of keys.filter((name) => name.startsWith(`${base}:${kind}:`)))
      rows[kind].set(key.slice(base.length + kind.length + 2), JSON.parse((await raw.get(key)) ?? ''));
  }
  return rows;
}

const escaped = (text: unknown) => String(text).replaceAll('%', '%25').replaceAll('/', '%2F');

/** What follows from the rows. Runs that are held back, and tasks and lanes that may be empty, are taken from the indexes. */
function expectedIndexes(rows: Awaited<ReturnType<typeof readRows>>, indexes: Indexes): Indexes {
  const expected: Indexes = new Map();
  const put = (index: string, member: string, score: unknown) => {
    const members = expected.get(index) ?? new Map<string, string>();
    expected.set(index, members.set(member, String(score)));
  };
  for (const [id, job] of rows.job) {
    put('jobs', id, job['next_fire_at'] ?? Number.MAX_SAFE_INTEGER);
    const isDue = job['state'] === 'active' && job['next_fire_at'] !== null;
    const claimEnd = Number(job['claimed_until']) + 1;
    if (isDue) put(`due:${escaped(job['task'])}`, id, Math.max(Number(job['next_fire_at']), claimEnd));
  }
  for (const [id, run] of rows.run) {
    const job = escaped(run['job_id']);
    const lane = `${run['priority']}/${run['max_instances']}/${escaped(run['executor'])}/${escaped(run['task'])}`;
    put('runs', id, run['fire_at']);
    put(`history:${job}`, id, run['fire_at']);
    const isHeld = indexes.get(`queue:${lane}`)?.get(id) === 'inf';
    if (isHeld && indexes.get(`held:${job}/${lane}`)?.get(id) === undefined) put('held', id, 'nowhere');
    if (run['state'] === 'queued') put(`queue:${lane}`, id, isHeld ? 'inf' : run['available_at']);
    if (run['state'] === 'queued') put(`open:${job}`, id, run['fire_at']);
    if (run['state'] === 'running') put(`leases:${lane}`, id, run['lease_until']);
    if (run['state'] === 'running') put(`open:${job}`, id, '-inf');
    if (run['finished_at'] === null && !indexes.get('lanes')?.has(lane)) put('lanes', lane, 'missing');
  }
  return expected;
}

function compare(indexes: Indexes, expected: Indexes): string[] {
  const faults: string[] = [];
  for (const [name, members] of expected)
    for (const [member, score] of members) {
      const found = indexes.get(name)?.get(member);
      if (found !== score) faults.push(`${name}: ${member} is ${found}, not ${score}`);
    }
  for (const [name, members] of indexes) {
    if (/^(held|tasks|lanes|crowded)/.test(name)) continue;
    for (const member of members.keys())
      if (!expected.get(name)?.has(member)) faults.push(`${name}: ${member} is stray`);
  }
  return faults;
}

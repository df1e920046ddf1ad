// Claims on jobs and runs: scripts that take a few hundred at a time. They answer what was claimed, not how it reads: that is
// remembered, or asked for.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { claimedJob, dueAt } from '../job-decisions.ts';
import { escapeId, isOpen, outcomeAtClaim, startedRun } from '../run-decisions.ts';
import type { RunsRequest } from '../server/unit.ts';
import type { ClaimRequest } from '../store.ts';
import type { RedisConnection } from './connection.ts';
import type { RecentRows } from './recent-rows.ts';
import { type StoredRow, storedJob, storedRun } from './row-form.ts';
import { readJob, readRun, readTexts } from './rows.ts';
import { CLAIM_DUE } from './scripts/claim-due.ts';
import { CLAIM_RUNS } from './scripts/claim-runs.ts';

/** Rows in one call of a script: the server does nothing else meanwhile. */
const BATCH = 200;

/** Jobs that were claimed. */
export interface ClaimedJobs {
  readonly now: number;
  /** In the order in which they are due. */
  readonly jobs: readonly JobRecord[];
  /** Ids of those that cannot be read, or have not our form. */
  readonly others: readonly string[];
}

/** Runs that were claimed. */
export interface ClaimedRuns {
  readonly now: number;
  /** In the order of their turn. */
  readonly started: readonly RunRecord[];
  /** Ids of those that do not simply start. */
  readonly others: readonly string[];
}

/** A claim on jobs that are due. */
export type DueRequest = ClaimRequest & { readonly limit: number; readonly ttlMs: number };

/** Claims jobs that are due, for so long that nobody else works them out meanwhile. */
export async function claimDueJobs(
  connection: RedisConnection,
  recent: RecentRows,
  request: DueRequest,
): Promise<ClaimedJobs> {
  const { limit } = request;
  const claim = (count: number) => claimDuePart(connection, recent, { ...request, limit: count });
  const first = await claim(Math.min(limit, BATCH));
  const rest: ReturnType<typeof claim>[] = [];
  // Only where the first part was full there may be more: then all the others are asked for at once.
  if (first.count === BATCH)
    for (let left = limit - BATCH; left > 0; left -= BATCH) rest.push(claim(Math.min(left, BATCH)));
  const rows = [first, ...(await Promise.all(rest))].flatMap((part) => part.rows);
  const claimed = rows.filter(isSound);
  recent.jobs.remember(claimed);
  return {
    now: first.now,
    jobs: recordsOf(claimed).sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0) || a.generation - b.generation),
    others: recordsOf(rows.filter((row) => !isSound(row))).map((job) => job.id),
  };
}

async function claimDuePart(connection: RedisConnection, recent: RecentRows, { tasks, limit, ttlMs }: DueRequest) {
  const names = Array.from(tasks, escapeId);
  const answer = (await connection.run(CLAIM_DUE, [connection.time, ttlMs, limit, ...names])) as string[];
  const now = Number(answer[0]);
  const rows: StoredRow<JobRecord>[] = [];
  const marks = new Map<string, string>();
  for (let at = 1; at < answer.length; at += 2) {
    const [id = '', mark = ''] = [answer[at], answer[at + 1]];
    const known = recent.jobs.take(id);
    const claimed = known === undefined ? null : storedJob(claimedJob(known.record, ttlMs, now), known.row);
    if (claimed?.mark === mark) rows.push(claimed);
    else marks.set(id, mark);
  }
  for (const [id, text] of await readTexts(connection, 'job', [...marks.keys()])) {
    const row = readJob(id, text);
    // A sound one that was changed since the claim has lost it.
    if (!isSound(row) || row.mark === marks.get(id)) rows.push(row);
  }
  return { now, count: (answer.length - 1) / 2, rows };
}

/** Starts runs that wait, and finds those that are to be started again or to be ended. */
export async function claimReadyRuns(
  connection: RedisConnection,
  recent: RecentRows,
  request: RunsRequest,
): Promise<ClaimedRuns> {
  const claim = (slots: Slots) => claimRunsPart(connection, recent, { ...request, slots });
  const parts = [await claim(request.slots)];
  // The places that are left are asked for in shares at once, for as long as there may be more.
  for (let last = parts; last.some((part) => part.isCut); parts.push(...last))
    last = await Promise.all(sharesOf(last.map((part) => part.places)).map(claim));
  const rows = parts.flatMap((part) => part.rows);
  const started = rows.filter(isSound);
  recent.runs.remember(started);
  return {
    now: parts[0]?.now ?? 0,
    started: recordsOf(started),
    others: [
      ...parts.flatMap((part) => part.others),
      ...recordsOf(rows.filter((row) => !isSound(row))).map((run) => run.id),
    ],
  };
}

type Slots = Readonly<Record<string, number>>;

async function claimRunsPart(connection: RedisConnection, recent: RecentRows, request: RunsRequest) {
  const { owner, leaseMs, tasks, slots } = request;
  const executors = Object.keys(slots);
  const answer = (await connection.run(CLAIM_RUNS, [
    ...[connection.time, leaseMs, JSON.stringify(owner), BATCH],
    ...[executors.length, ...executors.map(escapeId), ...Object.values(slots)],
    ...Array.from(tasks, escapeId),
  ])) as (string | number)[];
  const [now, isCut] = answer.map(Number);
  const others = 2 + executors.length;
  const started = others + 1 + Number(answer[others]);
  const claimed = { owner, leaseMs, now: Number(now), runs: answer.slice(started) };
  return {
    now: Number(now),
    isCut: isCut === 1,
    places: Object.fromEntries(executors.map((name, at) => [name, Number(answer[2 + at])])),
    others: answer.slice(others + 1, started).map(String),
    rows: await startedRows(connection, recent, claimed),
  };
}

/** The rows of runs that were started; `runs` are their ids, revisions and tokens by turns. */
async function startedRows(
  connection: RedisConnection,
  recent: RecentRows,
  { owner, leaseMs, now, runs }: { owner: string; leaseMs: number; now: number; runs: readonly (string | number)[] },
): Promise<StoredRow<RunRecord>[]> {
  const rows = new Map<string, StoredRow<RunRecord>>();
  const tokens = new Map<string, number>();
  for (let at = 0; at < runs.length; at += 3) {
    const [id, rev, token] = [String(runs[at]), Number(runs[at + 1]), Number(runs[at + 2])];
    const known = recent.runs.take(id);
    tokens.set(id, token);
    if (known === undefined || known.rev + 1 !== rev) continue;
    rows.set(id, storedRun(startedRun(known.record, { owner, token, leaseMs }, now), known.row, rev));
  }
  const unknown = [...tokens.keys()].filter((id) => !rows.has(id));
  for (const [id, text] of await readTexts(connection, 'run', unknown)) {
    const row = readRun(id, text);
    if (!isSound(row) || row.record.token === tokens.get(id)) rows.set(id, row);
  }
  return [...tokens.keys()].flatMap((id) => rows.get(id) ?? []);
}

/** All places, in shares of what one call looks at. */
function sharesOf(places: readonly Slots[]): Slots[] {
  const shares: Slots[] = [];
  let share: Record<string, number> = {};
  let left = BATCH;
  for (const [executor, free] of places.flatMap((slots) => Object.entries(slots))) {
    for (let rest = free; rest > 0; ) {
      const count = Math.min(rest, left);
      share[executor] = (share[executor] ?? 0) + count;
      rest -= count;
      left -= count;
      if (left > 0) continue;
      shares.push(share);
      share = {};
      left = BATCH;
    }
  }
  return left < BATCH ? [...shares, share] : shares;
}

/** Whether a run that was told of is still one that does not simply start. */
export function isToBeSettled({ record: run, fault }: StoredRow<RunRecord>, now: number): boolean {
  if (!isOpen(run)) return false;
  if (fault !== null) return true;
  return run.state === 'running' ? run.leaseUntil < now : outcomeAtClaim(run, true, now) !== null;
}

/** Whether scripts can do with the row what they do with ours. A run under an owner with a long name is as good as that. */
function isSound({ fault, isOurs, record }: StoredRow<JobRecord | RunRecord>): boolean {
  return fault === null && (isOurs || ('owner' in record && record.owner !== null));
}

function recordsOf<Kind>(rows: readonly StoredRow<Kind>[]): Kind[] {
  return rows.map(({ record }) => record);
}

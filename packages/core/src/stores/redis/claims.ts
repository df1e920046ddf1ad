// Claims on jobs and runs: scripts that take a few hundred at a time.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { dueAt } from '../job-decisions.ts';
import { escapeId, isOpen, outcomeAtClaim } from '../run-decisions.ts';
import type { RunsRequest } from '../server/unit.ts';
import type { RedisConnection } from './connection.ts';
import { readJob, readRun, type StoredRow } from './rows.ts';
import { CLAIM_DUE } from './scripts/claim-due.ts';
import { CLAIM_RUNS } from './scripts/claim-runs.ts';

/** Rows in one call of a script: the server does nothing else meanwhile. */
const BATCH = 200;

/** Jobs that were claimed. */
export interface ClaimedJobs {
  readonly now: number;
  /** In the order in which they are due. */
  readonly jobs: readonly JobRecord[];
  /** Ids of those that cannot be read. */
  readonly unreadable: readonly string[];
}

/** Runs that were claimed. */
export interface ClaimedRuns {
  readonly now: number;
  /** In the order of their turn. */
  readonly started: readonly RunRecord[];
  /** Ids of those that do not simply start. */
  readonly others: readonly string[];
}

/** Claims jobs that are due, for so long that nobody else works them out meanwhile. */
export async function claimDueJobs(
  connection: RedisConnection,
  { tasks, limit, ttlMs }: { readonly tasks: ReadonlySet<string>; readonly limit: number; readonly ttlMs: number },
): Promise<ClaimedJobs> {
  const claim = async (count: number) => {
    const answer = (await connection.run(CLAIM_DUE, [connection.time, ttlMs, count, ...tasks])) as string[];
    return { now: Number(answer[0]), rows: rowsOf(answer.slice(1), readJob) };
  };
  const first = await claim(Math.min(limit, BATCH));
  const rest: Promise<typeof first>[] = [];
  // Only where the first part was full there may be more: then all the others are asked for at once.
  if (first.rows.length === BATCH)
    for (let left = limit - BATCH; left > 0; left -= BATCH) rest.push(claim(Math.min(left, BATCH)));
  const parts = [first, ...(await Promise.all(rest))];
  const rows = parts.flatMap((part) => part.rows);
  const readable = rows.filter(({ fault }) => fault === null).map(({ record }) => record);
  return {
    now: first.now,
    jobs: readable.sort((a, b) => (dueAt(a) ?? 0) - (dueAt(b) ?? 0) || a.generation - b.generation),
    unreadable: rows.filter(({ fault }) => fault !== null).map(({ record }) => record.id),
  };
}

/** Starts runs that wait, and finds those that are to be started again or to be ended. */
export async function claimReadyRuns(connection: RedisConnection, request: RunsRequest): Promise<ClaimedRuns> {
  const first = await claimPart(connection, request, request.slots);
  const rest = first.isCut ? sharesOf(first.places) : [];
  const parts = [first, ...(await Promise.all(rest.map((slots) => claimPart(connection, request, slots))))];
  const rows = parts.flatMap((part) => part.rows);
  const unreadable = rows.filter(({ fault }) => fault !== null).map(({ record }) => record.id);
  return {
    now: first.now,
    started: rows.filter(({ fault }) => fault === null).map(({ record }) => record),
    others: [...parts.flatMap((part) => part.others), ...unreadable],
  };
}

type Slots = Readonly<Record<string, number>>;

async function claimPart(connection: RedisConnection, { owner, leaseMs, tasks }: RunsRequest, slots: Slots) {
  const executors = Object.keys(slots);
  const answer = (await connection.run(CLAIM_RUNS, [
    ...[connection.time, leaseMs, JSON.stringify(owner), BATCH],
    ...[executors.length, ...executors.map(escapeId), ...Object.values(slots)],
    ...Array.from(tasks, escapeId),
  ])) as (string | number)[];
  const [now, isCut] = answer;
  const others = 2 + executors.length;
  const started = others + 1 + Number(answer[others]);
  return {
    now: Number(now),
    isCut: Number(isCut) === 1,
    places: Object.fromEntries(executors.map((name, at) => [name, Number(answer[2 + at])])),
    others: answer.slice(others + 1, started).map(String),
    rows: rowsOf(answer.slice(started) as string[], readRun),
  };
}

/** The places in shares of what one call looks at. */
function sharesOf(places: Slots): Slots[] {
  const shares: Slots[] = [];
  let share: Record<string, number> = {};
  let left = BATCH;
  for (const [executor, free] of Object.entries(places)) {
    for (let rest = free; rest > 0; ) {
      const count = Math.min(rest, left);
      share[executor] = count;
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

function rowsOf<Kind>(
  texts: readonly string[],
  read: (id: string, text: string) => StoredRow<Kind>,
): StoredRow<Kind>[] {
  const rows: StoredRow<Kind>[] = [];
  for (let at = 0; at < texts.length; at += 2) rows.push(read(texts[at] ?? '', texts[at + 1] ?? ''));
  return rows;
}

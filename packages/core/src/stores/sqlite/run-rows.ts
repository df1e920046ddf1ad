// The runs of the SQLite store.
import type { RunRecord } from '../../jobs/records.ts';
import { RUN_COLUMNS, runColumns, runFromRow } from '../rows/columns.ts';
import type { ColumnValue, Row } from '../rows/row.ts';
import { RunsInClaim } from '../run-claim.ts';
import { newestFirst, partsByState, type RunsPart } from '../sql/run-conditions.ts';
import type { RunFilter } from '../store.ts';
import type { RowsRequest, RunRows, RunsClaim } from '../tables.ts';
import type { Connection } from './connection.ts';
import { AMONG, instantOf, jsonList } from './sql.ts';

/** Runs whose holder let the lease run out. */
const LOST = `
  SELECT * FROM [run] WHERE state = 'running' AND lease_until < ? AND task ${AMONG} AND executor ${AMONG}
  ORDER BY priority DESC, available_at, seq`;

/** Runs of one priority that could start, and whose job has an instance to spare, in the order of their turn. */
const READY = `
  SELECT * FROM [run] AS ready
  WHERE state = 'queued' AND priority = ? AND (available_at, seq) > (?, ?) AND available_at <= ? AND task ${AMONG} AND executor ${AMONG}
    AND (SELECT count(*) FROM [run] WHERE job_id = ready.job_id AND state = 'running') < max_instances
  ORDER BY available_at, seq LIMIT ?`;

/** The highest priority below another. */
const NEXT_PRIORITY = "SELECT max(priority) AS priority FROM [run] WHERE state = 'queued' AND priority < ?";

const COUNT_RUNNING = "SELECT count(*) AS runs FROM [run] WHERE job_id = ? AND state = 'running'";
const COUNT_OPEN = "SELECT count(*) AS runs FROM [run] WHERE job_id = ? AND state IN ('queued', 'running')";
const COUNT_ENDED = 'SELECT count(*) AS runs FROM [run] WHERE job_id = ? AND finished_at IS NOT NULL';

const NEXT_AVAILABLE = `
  SELECT available_at AS at FROM [run]
  WHERE state = 'queued' AND priority = ? AND available_at > ? AND task ${AMONG} ORDER BY available_at LIMIT 1`;

const NEXT_LEASE_END = `
  SELECT lease_until + 1 AS at FROM [run]
  WHERE state = 'running' AND lease_until >= ? AND task ${AMONG} ORDER BY lease_until LIMIT 1`;

const DELETE_OLD = `
  DELETE FROM [run] WHERE seq IN (SELECT seq FROM [run] WHERE finished_at < ? ORDER BY finished_at, seq LIMIT ?)`;

/** Jobs with more runs than they keep, the open ones still among them. */
const WITH_TOO_MANY = `
  SELECT job_id, keep_runs FROM (SELECT job_id, count(*) AS runs FROM [run] GROUP BY job_id)
  JOIN [job] ON [job].id = job_id WHERE runs > keep_runs`;

const DELETE_BEYOND = `
  DELETE FROM [run] WHERE seq IN (
    SELECT seq FROM [run] WHERE job_id = ? AND finished_at IS NOT NULL ORDER BY fire_at, seq LIMIT ?
  )`;

/** What a list asks of a row: its log stays where it is. */
const LISTED = Object.values(RUN_COLUMNS)
  .filter((column) => column !== RUN_COLUMNS.log)
  .join(', ');

/** How many ready runs are read at once. */
const CLAIM_BATCH = 100;

export class SqliteRunRows implements RunRows {
  readonly #db: Connection;

  constructor(connection: Connection) {
    this.#db = connection;
  }

  get(id: string): RunRecord | undefined {
    const row = this.#db.get('SELECT * FROM [run] WHERE id = ?', id);
    return row === undefined ? undefined : runFromRow(row).record;
  }

  add(run: RunRecord): boolean {
    return this.#db.insert('[run]', runColumns(run), 'ON CONFLICT (id) DO NOTHING') === 1;
  }

  put(run: RunRecord, stored: RunRecord): void {
    this.#db.update('[run]', run.id, runColumns(run, stored));
  }

  countOpen(jobId: string): number {
    return count(this.#db.get(COUNT_OPEN, jobId));
  }

  openOf(jobId: string): RunRecord[] {
    const rows = this.#db.all(
      "SELECT * FROM [run] WHERE job_id = ? AND state IN ('queued', 'running') ORDER BY fire_at, seq",
      jobId,
    );
    return rows.map((row) => runFromRow(row).record);
  }

  claim(request: RunsClaim, now: number): { runs: RunRecord[]; ended: RunRecord[] } {
    const tokens = new TokenCounter(this.#db);
    const claim = new RunsInClaim({
      owner: request.owner,
      slots: request.slots,
      leaseMs: request.leaseMs,
      outliving: request.outliving,
      now,
      isJobThere: request.isJobThere,
      countRunning: (jobId) => count(this.#db.get(COUNT_RUNNING, jobId)),
      nextToken: () => tokens.next(),
      put: (run, stored) => this.put(run, stored),
    });
    for (const row of this.#db.all(LOST, now, jsonList(request.tasks), jsonList(claim.freeExecutors())))
      claim.take(runFromRow(row));
    for (const priority of this.#priorities()) this.#claimReady(claim, priority, request, now);
    tokens.save();
    return { runs: claim.runs, ended: claim.ended };
  }

  nextAt(tasks: ReadonlySet<string>, now: number): number {
    let at = instantOf(this.#db.get(NEXT_LEASE_END, now, jsonList(tasks)));
    for (const priority of this.#priorities())
      at = Math.min(at, instantOf(this.#db.get(NEXT_AVAILABLE, priority, now, jsonList(tasks))));
    return at;
  }

  countWaiting(except: ReadonlySet<string>, now: number, counts: Map<string, number>): void {
    const sql = `SELECT task, count(*) AS runs FROM [run] WHERE state = 'queued' AND available_at <= ? AND task NOT ${AMONG} GROUP BY task`;
    for (const row of this.#db.all(sql, now, jsonList(except))) {
      const task = String(row['task']);
      counts.set(task, (counts.get(task) ?? 0) + count(row));
    }
  }

  countStranded(tasks: ReadonlySet<string>, executors: ReadonlySet<string>, now: number): Map<string, number> {
    const sql = `SELECT executor, count(*) AS runs FROM [run] WHERE state = 'queued' AND available_at <= ? AND task ${AMONG}
      AND executor NOT ${AMONG} GROUP BY executor`;
    const rows = this.#db.all(sql, now, jsonList(tasks), jsonList(executors));
    return new Map(rows.map((row) => [String(row['executor']), count(row)]));
  }

  list(request: RowsRequest<RunFilter>): RunRecord[] {
    const { filter, limit } = request;
    if (filter.states === undefined || filter.jobId !== undefined)
      return this.#listPart({ where: 'TRUE', index: null }, request);
    const found = partsByState(filter.states).flatMap((part) => this.#listPart(part, request));
    return found.sort(newestFirst).slice(0, limit);
  }

  #listPart({ where, index }: RunsPart, { filter, limit, start }: RowsRequest<RunFilter>): RunRecord[] {
    const conditions = [where];
    const values: ColumnValue[] = [];
    const only = (condition: string, ...bound: ColumnValue[]) => {
      conditions.push(condition);
      values.push(...bound);
    };
    if (filter.jobId !== undefined) only('job_id = ?', filter.jobId);
    if (filter.states !== undefined) only(`state ${AMONG}`, jsonList(filter.states));
    if (filter.from !== undefined) only('fire_at >= ?', filter.from);
    if (filter.until !== undefined) only('fire_at <= ?', filter.until);
    if (start !== null) only('(fire_at, id) < (?, ?)', start.key, start.id);
    // Without statistics, to read all runs by their fire time would look as cheap.
    const by = index === null ? '' : `INDEXED BY [${index}]`;
    const sql = `SELECT ${LISTED} FROM [run] ${by} WHERE ${conditions.join(' AND ')} ORDER BY fire_at DESC, id DESC LIMIT ?`;
    return this.#db.all(sql, ...values, limit).map((row) => runFromRow(row).record);
  }

  prune(limit: number, endedBefore: number): number {
    let pruned = this.#db.run(DELETE_OLD, endedBefore, limit);
    for (const row of pruned < limit ? this.#db.all(WITH_TOO_MANY) : []) {
      if (pruned === limit) break;
      const jobId = String(row['job_id']);
      const beyond = count(this.#db.get(COUNT_ENDED, jobId)) - Number(row['keep_runs']);
      if (beyond > 0) pruned += this.#db.run(DELETE_BEYOND, jobId, Math.min(beyond, limit - pruned));
    }
    return pruned;
  }

  /** The priorities that queued runs have, highest first: a look-up in the index for each, whatever the number of runs. */
  *#priorities(): Iterable<number> {
    let row = this.#db.get(NEXT_PRIORITY, Number.MAX_SAFE_INTEGER);
    for (let priority = row?.['priority']; typeof priority === 'number'; priority = row?.['priority']) {
      yield priority;
      row = this.#db.get(NEXT_PRIORITY, priority);
    }
  }

  #claimReady(claim: RunsInClaim, priority: number, request: RunsClaim, now: number): void {
    let after: readonly [availableAt: number, seq: number] = [Number.MIN_SAFE_INTEGER, 0];
    for (;;) {
      const executors = claim.freeExecutors();
      if (executors.length === 0) return;
      const rows = this.#db.all(
        READY,
        priority,
        ...after,
        now,
        jsonList(request.tasks),
        jsonList(executors),
        CLAIM_BATCH,
      );
      for (const row of rows) claim.take(runFromRow(row));
      const last = rows.at(-1);
      if (last === undefined || rows.length < CLAIM_BATCH) return;
      after = [Number(last['available_at']), Number(last['seq'])];
    }
  }
}

/** The counter of claims, read at the first use and written back once. */
class TokenCounter {
  readonly #db: Connection;
  #token: number | null = null;

  constructor(connection: Connection) {
    this.#db = connection;
  }

  next(): number {
    this.#token = (this.#token ?? Number(this.#db.get("SELECT value FROM [meta] WHERE name = 'token'")?.['value'])) + 1;
    return this.#token;
  }

  save(): void {
    if (this.#token !== null) this.#db.run("UPDATE [meta] SET value = ? WHERE name = 'token'", this.#token);
  }
}

function count(row: Row | undefined): number {
  return Number(row?.['runs'] ?? 0);
}

// Finds the runs that a claim may be about. Rows are locked first and counted afterwards, by a statement that sees what was
// committed before the lock: counted together with the lock, `maxInstances` would be exceeded.
import type { RunRecord } from '../../jobs/records.ts';
import { type ReadRow, runFromRow } from '../rows/columns.ts';
import type { Row } from '../rows/row.ts';
import { outcomeAtClaim } from '../run-decisions.ts';
import type { Claimable, RunsRequest } from '../server/unit.ts';
import type { SqlDialect, SqlTransaction } from './database.ts';
import { type RecentRecords, RUN_CHECK } from './recent-records.ts';
import { RUN_ROW } from './record-columns.ts';
import { allOf, raw, type Sql, sql } from './sql.ts';
import type { SqlUnitParts } from './sql-unit.ts';

/** Runs that lost their holder and are looked at in one claim. */
const LOST_LIMIT = 1000;

/** How often more waiting runs are looked for in one claim, after some that could not start. */
const MAX_LOOKS = 10;

/** How many are looked at then, at least. */
const SECOND_LOOK = 100;

/** A run with its place among those of one priority. */
interface Candidate extends ReadRow<RunRecord> {
  readonly seq: number;
}

/** Runs of one executor and priority: an index has them in the order of their turn. */
interface RunLane {
  readonly executor: string;
  readonly priority: number;
}

/** What a claim knows of the job of a candidate. */
interface JobInClaim {
  /** Null when the job is gone. */
  readonly generation: number | null;
  /** Its runs that are running, those that lost their holder aside. */
  running: number;
  /** Its runs that will start. */
  starting: number;
}

/** The candidates of a claim, each locked together with its job. What others have locked is left to them. */
export async function findClaimable(parts: SqlUnitParts, request: RunsRequest): Promise<Claimable> {
  const search = new ClaimSearch(parts, request);
  await search.takeLost();
  for (const lane of await search.lanes()) await search.takeReady(lane);
  if (search.hasPassedOver) parts.onPassedOver();
  return search.found();
}

class ClaimSearch {
  /** Whether runs were left alone because somebody else has locked their job. */
  hasPassedOver = false;
  readonly #session: SqlTransaction;
  readonly #recent: RecentRecords;
  /** What is asked of a run that waits. */
  readonly #columns: Sql;
  readonly #dialect: SqlDialect;
  readonly #tasks: ReadonlySet<string>;
  /** Places left, by executor. */
  readonly #places: Map<string, number>;
  readonly #jobs = new Map<string, JobInClaim>();
  /** Jobs of which nothing more can start in this claim. */
  readonly #closed = new Set<string>();
  readonly #running = new Map<string, number>();
  readonly #lost: Candidate[] = [];
  readonly #ready: Candidate[] = [];

  constructor({ session, database, recent }: SqlUnitParts, { tasks, slots }: RunsRequest) {
    this.#session = session;
    this.#recent = recent;
    this.#columns = recent.knowsWaiting ? raw(`${RUN_CHECK}, available_at, seq`) : RUN_ROW;
    this.#dialect = database.dialect;
    this.#tasks = tasks;
    this.#places = new Map(Object.entries(slots).filter(([, places]) => places > 0));
  }

  found(): Claimable {
    return { candidates: [...this.#lost, ...this.#ready.sort(inTurn)], running: this.#running };
  }

  /** Takes runs whose holder let the lease run out. */
  async takeLost(): Promise<void> {
    if (this.#places.size === 0) return;
    const { now } = this.#session;
    const rows = await this.#session.query(sql`
      SELECT ${RUN_ROW} FROM [run] WHERE state = 'running' AND lease_until < ${now}
        AND task ${this.#dialect.in(this.#tasks)} AND executor ${this.#dialect.in(this.#places.keys())}
      ORDER BY priority DESC, available_at, seq LIMIT ${LOST_LIMIT} FOR UPDATE SKIP LOCKED`);
    for (const [candidate, job] of await this.#withJobs(rows.map(candidateOf))) {
      this.#lost.push(candidate);
      // Whether it goes on is not decided here; if not, its instance goes to a run that waits.
      job.running--;
      this.#start(candidate, job);
    }
  }

  /** Where runs wait for an executor that has places, the highest priority first. */
  async lanes(): Promise<RunLane[]> {
    if (this.#places.size === 0) return [];
    const rows = await this.#dialect.lanes(this.#session, [...this.#places.keys()]);
    const lanes = rows.map((row) => ({ executor: String(row['executor']), priority: Number(row['priority']) }));
    return lanes.sort((a, b) => b.priority - a.priority);
  }

  /** Takes runs that wait, until their executor has no place left or nothing more can start. */
  async takeReady(lane: RunLane): Promise<void> {
    const places = () => this.#places.get(lane.executor) ?? 0;
    // No more than there are places: what is locked here, others pass over. Only where that was not enough, some more.
    let limit = places();
    let last: Row | undefined;
    for (let looks = 0; looks < MAX_LOOKS && places() > 0; looks++) {
      const rows = await this.#session.query(this.#readyRuns(lane, limit, last));
      for (const [candidate, job] of await this.#withJobs(await this.#candidates(rows))) {
        const { jobId, policies } = candidate.record;
        if (job.running < policies.maxInstances) this.#ready.push(candidate);
        if (job.running + job.starting < policies.maxInstances) this.#start(candidate, job);
        else this.#closed.add(jobId);
      }
      if (rows.length < limit) return;
      last = rows.at(-1);
      limit = Math.max(places(), SECOND_LOOK);
    }
  }

  #readyRuns({ executor, priority }: RunLane, limit: number, last: Row | undefined): Sql {
    const { now } = this.#session;
    const conditions = [
      sql`state = 'queued' AND executor = ${executor} AND priority = ${priority} AND available_at <= ${now}`,
      sql`task ${this.#dialect.in(this.#tasks)}`,
      ...(last === undefined ? [] : this.#restOfLane(last)),
    ];
    return sql`SELECT ${this.#columns} FROM [run] AS ready WHERE ${allOf(conditions)}
      ORDER BY available_at, seq LIMIT ${limit} FOR UPDATE SKIP LOCKED`;
  }

  /** What comes after a first look that did not fill the places: there are jobs at their limit, which are passed over from here on. */
  #restOfLane(last: Row): Sql[] {
    const availableAt = Number(last['available_at']);
    return [
      sql`available_at >= ${availableAt} AND (available_at > ${availableAt} OR seq > ${Number(last['seq'])})`,
      sql`job_id ${this.#dialect.notIn(this.#closed)}`,
      sql`(SELECT count(*) FROM [run] AS other WHERE other.job_id = ready.job_id AND other.state = 'running'
        AND other.lease_until >= ${this.#session.now}) < max_instances`,
    ];
  }

  /** Takes a place for the run if it starts. */
  #start({ record, fault }: Candidate, job: JobInClaim): void {
    const isThere = record.state === 'queued' || job.generation === record.generation;
    if (fault !== null || outcomeAtClaim(record, isThere, this.#session.now) !== null) return;
    job.starting++;
    this.#places.set(record.executor, (this.#places.get(record.executor) ?? 0) - 1);
  }

  /** The runs of locked rows; those that are not known are read. */
  async #candidates(rows: readonly Row[]): Promise<Candidate[]> {
    const known = rows.map((row) => this.#recent.run(row));
    this.#recent.cameUp(known.filter((run) => run !== undefined).length, rows.length);
    if (rows[0] === undefined || 'args' in rows[0]) return rows.map(candidateOf);
    const unknown = rows.filter((_, index) => known[index] === undefined).map((row) => String(row['id']));
    const read =
      unknown.length === 0
        ? []
        : await this.#session.query(sql`SELECT ${RUN_ROW} FROM [run] WHERE id ${this.#dialect.in(unknown)}`);
    const others = new Map(read.map((row) => [row['id'], row]));
    return rows.flatMap((row, index) => {
      const run = known[index];
      if (run !== undefined) return [{ record: run, fault: null, seq: Number(row['seq']) }];
      const other = others.get(row['id']);
      return other === undefined ? [] : [candidateOf(other)];
    });
  }

  /** The candidates with what is known of their jobs, which are locked; without those whose job others have locked. */
  async #withJobs(candidates: readonly Candidate[]): Promise<(readonly [Candidate, JobInClaim])[]> {
    const jobIds = new Set(candidates.map(({ record }) => record.jobId));
    await this.#lockJobs([...jobIds].filter((id) => !this.#jobs.has(id) && !this.#closed.has(id)));
    return candidates.flatMap((candidate) => {
      const job = this.#jobs.get(candidate.record.jobId);
      return job === undefined ? [] : [[candidate, job] as const];
    });
  }

  async #lockJobs(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const wanted = this.#dialect.in(ids);
    const locked = await this.#generations(sql`id ${wanted} ORDER BY id FOR UPDATE SKIP LOCKED`);
    const missing = ids.filter((id) => !locked.has(id));
    const busy = missing.length === 0 ? locked : await this.#generations(sql`id ${this.#dialect.in(missing)}`);
    const running = await this.#session.query(
      sql`SELECT job_id, count(*) AS runs FROM [run] WHERE job_id ${wanted} AND state = 'running' GROUP BY job_id`,
    );
    for (const row of running) this.#running.set(String(row['job_id']), Number(row['runs']));
    for (const id of ids) {
      const generation = locked.get(id) ?? null;
      if (generation === null && busy.has(id)) this.#passOver(id);
      else this.#jobs.set(id, { generation, running: this.#running.get(id) ?? 0, starting: 0 });
    }
  }

  async #generations(condition: Sql): Promise<Map<string, number>> {
    const rows = await this.#session.query(sql`SELECT id, generation FROM [job] WHERE ${condition}`);
    return new Map(rows.map((row) => [String(row['id']), Number(row['generation'])]));
  }

  #passOver(jobId: string): void {
    this.#closed.add(jobId);
    this.hasPassedOver = true;
  }
}

function candidateOf(row: Row): Candidate {
  return { ...runFromRow(row), seq: Number(row['seq']) };
}

function inTurn(a: Candidate, b: Candidate): number {
  return (
    b.record.policies.priority - a.record.policies.priority ||
    a.record.availableAt - b.record.availableAt ||
    a.seq - b.seq
  );
}

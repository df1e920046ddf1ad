// A claim of runs while it is made up: which candidates start, which end, and which have to wait.
import type { RunRecord } from '../jobs/records.ts';
import type { ReadRow } from './rows/columns.ts';
import { endedRun, outcomeAtClaim, startedRun, takenOverRun } from './run-decisions.ts';

/** What a claim is decided with. */
export interface RunClaimParts {
  readonly owner: string;
  /** Free places by alias of the executor. */
  readonly slots: Readonly<Record<string, number>>;
  readonly leaseMs: number;
  /** Executors whose runs go on without their holder. */
  readonly outliving?: ReadonlySet<string> | undefined;
  readonly now: number;
  /** Whether the job that the run was recorded for is still there. */
  isJobThere(run: RunRecord): boolean;
  /** How many runs of the job are running before the claim. */
  countRunning(jobId: string): number;
  /** The next value of the store's counter of claims. */
  nextToken(): number;
  put(run: RunRecord, stored: RunRecord): void;
}

/** Takes candidates in the order of their turn, the lost ones first. */
export class RunsInClaim {
  /** The runs that start. */
  readonly runs: RunRecord[] = [];
  /** The runs that end instead. */
  readonly ended: RunRecord[] = [];
  readonly #parts: RunClaimParts;
  readonly #free: Map<string, number>;
  readonly #running = new Map<string, number>();

  constructor(parts: RunClaimParts) {
    this.#parts = parts;
    this.#free = new Map(Object.entries(parts.slots));
  }

  /** Executors that have a place left. */
  freeExecutors(): string[] {
    return [...this.#free].filter(([, slots]) => slots > 0).map(([executor]) => executor);
  }

  /** Starts the run or ends it, unless its executor has become full or its job has come to its limit. */
  take({ record: run, fault }: ReadRow<RunRecord>): void {
    const slots = this.#free.get(run.executor) ?? 0;
    const running = this.#runningOf(run.jobId);
    if (slots <= 0 || (run.state === 'queued' && running >= run.policies.maxInstances)) return;
    const { now, outliving } = this.#parts;
    if (fault !== null) return this.#end(run, endedRun(run, 'failed', now, fault.message));
    if (run.state === 'running' && outliving?.has(run.executor)) return this.#start(run, takenOverRun);
    const outcome = outcomeAtClaim(run, this.#parts.isJobThere(run), now);
    if (outcome !== null) return this.#end(run, endedRun(run, outcome, now));
    this.#start(run, startedRun);
    if (run.state === 'queued') this.#running.set(run.jobId, running + 1);
  }

  #start(run: RunRecord, start: typeof startedRun): void {
    const { now, owner, leaseMs } = this.#parts;
    const started = start(run, { owner, leaseMs, token: this.#parts.nextToken() }, now);
    this.#parts.put(started, run);
    this.#free.set(run.executor, (this.#free.get(run.executor) ?? 0) - 1);
    this.runs.push(started);
  }

  #end(run: RunRecord, ended: RunRecord): void {
    this.#parts.put(ended, run);
    if (run.state === 'running') this.#running.set(run.jobId, this.#runningOf(run.jobId) - 1);
    this.ended.push(ended);
  }

  #runningOf(jobId: string): number {
    let running = this.#running.get(jobId);
    if (running === undefined) {
      running = this.#parts.countRunning(jobId);
      this.#running.set(jobId, running);
    }
    return running;
  }
}

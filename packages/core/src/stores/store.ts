// The seam between the engine and what keeps its jobs. Every operation is one atomic step, safe to repeat after an
// unknown outcome. A store never computes a fire time and never runs anything. Its clock decides what is due.
import type { Clock } from '../clock.ts';
import type { JobRecord, JobState, NewJob, RunOutcome, RunReason, RunRecord, RunState } from '../jobs/records.ts';

/** What a store is given when it opens. */
export interface StoreContext {
  /** The host's clock, for stores that have none of their own, and for waiting. */
  readonly clock: Clock;
  /** Told, as a sentence, what is no failure and should be known: a server that may have lost what it had acknowledged. The engine makes it the event `job-store:notice`. */
  readonly onNotice?: (notice: string) => void;
}

/** What to do with a job whose id is taken: refuse, leave it as it is, or take over a changed definition. */
export type OnConflict = 'fail' | 'keep' | 'replace';

/** What became of one job of a `putJobs`. `unchanged`: it was there with an equal definition, or was to be kept. */
export interface PutResult {
  readonly status: 'added' | 'replaced' | 'unchanged' | 'conflict';
  /** The row as it is now; for a conflict, the one that is in the way. */
  readonly job: JobRecord;
}

/** Fields of a job that a control operation may change. */
export type JobPatch = Partial<
  Omit<JobRecord, 'id' | 'generation' | 'version' | 'createdAt' | 'updatedAt' | 'claimedUntil'>
>;

/** Who claims, and what it can work off. */
export interface ClaimRequest {
  /** Id of the claiming scheduler: random for each start. */
  readonly owner: string;
  /** Names of the tasks it knows; everything else is left for a process that does. */
  readonly tasks: ReadonlySet<string>;
}

/** What a scheduler knows, to be told what it does not. */
export interface UnknownExecutors {
  readonly tasks: ReadonlySet<string>;
  readonly executors: ReadonlySet<string>;
}

/** One fire worked out by the planner. */
export interface PlannedFire {
  readonly fireAt: number;
  readonly availableAt: number;
  readonly deadlineAt: number | null;
  readonly reason: RunReason;
  readonly coalesced: number;
  /** True when it is too late to start: recorded as `missed` at once. */
  readonly missed: boolean;
}

/** The conditional write that records a job's fires and moves the job on. */
export interface FireCommit {
  readonly jobId: string;
  /** Must match the row, with `version` and `fromFireAt`; else nothing is written. */
  readonly generation: number;
  readonly version: number;
  readonly fromFireAt: number;
  readonly nextFireAt: number | null;
  readonly lastFireAt: number | null;
  readonly state: JobState;
  readonly note: string | null;
  readonly fires: readonly PlannedFire[];
}

/** What a commit did. */
export interface CommitResult {
  /** False: somebody else changed the job first; nothing was written. */
  readonly ok: boolean;
  /** The runs that were recorded, and those the overlap policy ended or asked to end. */
  readonly runs: readonly RunRecord[];
  /** True where the job has come to its `maxRuns` by this commit. */
  readonly hasFinished?: boolean;
}

/** A run outside what the planner records. */
export interface ExtraRun {
  readonly reason: RunReason;
  /** The last part of its id. */
  readonly key: string;
  /** The nominal instant it is for; left out, the store's now. */
  readonly fireAt?: number;
  /** Starts although the job is at its limit; while it runs it counts. */
  readonly ignoresMaxInstances?: boolean;
}

/** What a removal came to. */
export interface RemovedJobs {
  /** Those that were there. */
  readonly jobIds: readonly string[];
  /** The runs of them that waited, as they ended. */
  readonly cancelled: readonly RunRecord[];
}

/** A run held under a lease, named with the token that proves it. */
export interface RunClaim {
  readonly runId: string;
  readonly token: number;
}

/** What the task of a run has said, as the texts that are kept; what is left out stays as it is. */
export interface RunNotes {
  readonly progress?: string;
  /** The whole log. */
  readonly log?: string;
}

/** The renewal of a lease, and what the task has said in the meantime. */
export interface RunHeartbeat extends RunClaim, RunNotes {}

/** The end of an attempt, and the last that its task has said. */
export interface RunFinish extends RunClaim, RunNotes {
  readonly outcome: RunOutcome;
  readonly error: string | null;
  /** What the task returned, as the text that is kept; left out where it is not to be kept. */
  readonly result?: string;
  /** Wait before the next attempt, from the store's now; null = this was the last one. */
  readonly retryInMs: number | null;
}

/** A scheduler as it tells a store of itself. */
export interface ProcessCheckIn {
  /** Id of the scheduler, random for each start: what runs name as their owner. */
  readonly schedulerId: string;
  readonly host: string;
  readonly pid: number;
  /** The version of `@sched/core` that it runs. */
  readonly version: string;
  /** When it started, in epoch ms: by the store's clock as far as the scheduler knows it. */
  readonly startedAt: number;
  /** How far the store's clock is ahead of its own, in milliseconds; null before it was measured. */
  readonly clockSkewMs: number | null;
}

/** A scheduler as a store knows it. */
export interface ProcessRecord extends ProcessCheckIn {
  /** When it checked in last, by the store's clock, in epoch ms. */
  readonly seenAt: number;
}

/** Which jobs; what is left out does not filter. */
export interface JobFilter {
  readonly states?: readonly JobState[];
  readonly tasks?: readonly string[];
  /** Jobs that carry every one of these tags. */
  readonly tags?: readonly string[];
  /** Part of the id or name, in any case. */
  readonly search?: string;
}

/** Which runs; what is left out does not filter. */
export interface RunFilter {
  readonly jobId?: string;
  readonly states?: readonly RunState[];
  /** Bounds of the fire time in epoch ms, both inclusive. */
  readonly from?: number;
  readonly until?: number;
}

/** A part of a list: at most `limit` items, from where the cursor of the part before points. */
export interface PageRequest {
  /** @default 1000 */
  readonly limit?: number;
  readonly cursor?: string | null;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Hand it in for the next part; null when this was the last. */
  readonly cursor: string | null;
}

/** Keeps jobs and runs as plain data, and gives out claims on what is due. */
export interface JobStore {
  /** Its type in configurations and logs: `memory`, `sqlite`. */
  readonly kind: string;
  /** Jobs outlive the process: only registered tasks may be stored. */
  readonly durable: boolean;
  /** How long the engine may sleep before it looks again, in milliseconds: what bounds the delay of a lost notification. */
  readonly pollMs: number;

  /** Opens it and brings its schema up to date. Twice is once. */
  open(context: StoreContext): Promise<void>;
  /** Closes what it opened itself. A closed store can be opened again. */
  close(): Promise<void>;

  /**
   * Adds jobs; one result for each, in order. Under `fail` it is all or none: a batch with conflicts answers the conflicts
   * alone. `replace` keeps next fire, pause and history unless the trigger changed; an equal definition is not written at all.
   */
  putJobs(jobs: readonly NewJob[], onConflict: OnConflict): Promise<PutResult[]>;
  getJob(id: string): Promise<JobRecord | null>;
  /** By next fire time, those without one last, then by id. */
  getJobs(filter: JobFilter, page: PageRequest): Promise<Page<JobRecord>>;
  /** Changes a job if its version is still this one, and ends a claim on it; null = it is not, or the job is gone. */
  updateJob(id: string, version: number, patch: JobPatch): Promise<JobRecord | null>;
  /** Removes these jobs, or all of them; their queued runs end as `cancelled`. */
  removeJobs(ids: readonly string[] | 'all'): Promise<RemovedJobs>;

  /** Claims active jobs whose fire time has come, less what a negative jitter may start them early, earliest first; the claim only keeps others from doing the same work. */
  claimDue(
    request: ClaimRequest & { readonly limit: number; readonly ttlMs: number },
  ): Promise<{ now: number; jobs: JobRecord[] }>;
  /** Records fires and moves jobs on, each by compare-and-set; one result per commit, in order. */
  commitFires(commits: readonly FireCommit[]): Promise<CommitResult[]>;
  /** Records one run outside the trigger's turn; a key that is there answers its run. Null when the job is gone. */
  addRun(jobId: string, run: ExtraRun): Promise<RunRecord | null>;

  /**
   * Claims runs that may start: queued and available, or running under an expired lease, at most `slots` per executor alias
   * and `maxInstances` per job; the lost ones first, then by priority, then by when they became available. Past its deadline
   * a run that was never started ends as `missed`, after its last attempt a lost one as `lost`: both in `ended`. A lost one of
   * an executor among `outliving` has not ended with its holder: it changes hands, its attempt and its start staying as they are.
   */
  claimRuns(
    request: ClaimRequest & {
      readonly slots: Readonly<Record<string, number>>;
      readonly leaseMs: number;
      readonly outliving?: ReadonlySet<string>;
    },
  ): Promise<{ now: number; runs: RunRecord[]; ended: RunRecord[] }>;
  /** Renews leases, and keeps what the tasks have said; one answer per claim, in order. */
  heartbeat(claims: readonly RunHeartbeat[], leaseMs: number): Promise<('ok' | 'lost' | 'cancel')[]>;
  /** Ends attempts; the run as it is now, or null where the claim no longer holds. Repeating an accepted finish is accepted. */
  finishRuns(finishes: readonly RunFinish[]): Promise<(RunRecord | null)[]>;
  /** Gives back runs that were claimed but not begun: queued again, the attempt not counted. A run of a removed job ends instead. */
  releaseRuns(claims: readonly RunClaim[]): Promise<void>;
  /** Cancels a queued run, asks a running one to end; the run as it is now, null when there is none. */
  cancelRun(runId: string): Promise<RunRecord | null>;
  /** Lets a run that ended badly wait for another attempt, whatever its policy says, unless its job was removed; the run as it is now, null when there is none. */
  retryRun(runId: string): Promise<RunRecord | null>;
  getRun(runId: string): Promise<RunRecord | null>;
  /** Newest fire time first, each without its log: a list must not load what may be long. */
  getRuns(filter: RunFilter, page: PageRequest): Promise<Page<RunRecord>>;

  /**
   * When there is something to do next: the earliest of next fires, claims that expire, runs that become available, and
   * leases that end. Of runs waiting for a free slot or instance it says nothing: what frees one wakes the engine. Ask
   * before `claimRuns`: what becomes available between the two is then either claimed or still ahead of the answer.
   */
  nextWake(request: ClaimRequest): Promise<{ now: number; at: number | null }>;
  /** Tasks of due jobs and queued runs that are not among these, with how many wait for each. */
  unknownTasks(tasks: ReadonlySet<string>): Promise<ReadonlyMap<string, number>>;
  /** Executors of available runs of these tasks that are not among these, with how many runs wait for each. */
  unknownExecutors(request: UnknownExecutors): Promise<ReadonlyMap<string, number>>;
  /** Deletes at most `limit` ended runs beyond `keepRuns` per job or older than `maxAgeMs`; answers how many. */
  prune(request: { readonly limit: number; readonly maxAgeMs: number }): Promise<number>;
  /** Notes that a scheduler works with this store, for people to see, and forgets those not seen for `forgetAfterMs`. */
  checkIn(process: ProcessCheckIn, forgetAfterMs: number): Promise<void>;
  /** Forgets a scheduler that ends; one that is not known is none to forget. */
  checkOut(schedulerId: string): Promise<void>;
  /** The schedulers that have checked in, those that started first come first. */
  getProcesses(): Promise<{ now: number; processes: ProcessRecord[] }>;
  /** Calls back when another process may have changed something; a hint, never relied on. Answers how to stop. */
  subscribe?(onChange: () => void): () => void;
}

// What a store does to a run, decided apart from how it is kept: pure functions from one record to the next.
import { withNewest } from '../jobs/attempts.ts';
import type { JobPolicies, JobRecord, RetryPolicy, RunOutcome, RunRecord, RunState } from '../jobs/records.ts';
import type { ExtraRun, PlannedFire, RunFinish, RunHeartbeat, RunNotes } from './store.ts';

/** The id of a run: the idempotency key of its due time. No other job, generation or fire time can come to the same text. */
export function runId(jobId: string, generation: number, key: number | string): string {
  return `${escapeId(jobId)}/${generation}/${typeof key === 'number' ? instantText(key) : escapeId(key)}`;
}

let newestInstant = Number.NaN;
let newestText = '';

/** An instant as text. Many jobs are due at the same one, and long numbers are slow to write. */
function instantText(at: number): string {
  if (at !== newestInstant) {
    newestInstant = at;
    newestText = `${at}`;
  }
  return newestText;
}

/** The job that a run's id names; text that is no id of a run names a job that cannot be. */
export function jobIdOf(id: string): string {
  return unescapeId(id.slice(0, Math.max(0, id.indexOf('/'))));
}

/** The text with no `/` in it that nothing else comes to. */
export function escapeId(id: string): string {
  return id.includes('/') || id.includes('%') ? id.replaceAll('%', '%25').replaceAll('/', '%2F') : id;
}

/** What {@link escapeId} made the text of. */
export function unescapeId(text: string): string {
  return text.includes('%') ? text.replaceAll('%2F', '/').replaceAll('%25', '%') : text;
}

/** The run of a fire that was planned, waiting or ended at once. */
export function plannedRun(job: JobRecord, fire: PlannedFire, state: RunState, now: number): RunRecord {
  return {
    id: runId(job.id, job.generation, fire.fireAt),
    jobId: job.id,
    generation: job.generation,
    jobName: job.name,
    task: job.task,
    args: job.args,
    executor: job.executor,
    policies: job.policies,
    fireAt: fire.fireAt,
    availableAt: fire.availableAt,
    deadlineAt: fire.deadlineAt,
    state,
    reason: fire.reason,
    coalesced: fire.coalesced,
    attempt: 0,
    token: 0,
    owner: null,
    leaseUntil: 0,
    cancelRequested: false,
    startedAt: null,
    finishedAt: state === 'queued' ? null : now,
    error: null,
    progress: null,
    result: null,
    log: null,
    attempts: null,
  };
}

/** More runs than any machine executes. */
const NO_LIMIT = 1_000_000_000;

/** The run of a job outside its trigger's turn, waiting. */
export function addedRun(job: JobRecord, extra: ExtraRun, now: number): RunRecord {
  const { reason, key, fireAt = now, ignoresMaxInstances } = extra;
  const fire = { fireAt, availableAt: now, deadlineAt: null, reason, coalesced: 0, missed: false };
  const run = { ...plannedRun(job, fire, 'queued', now), id: runId(job.id, job.generation, key) };
  return ignoresMaxInstances ? { ...run, policies: { ...run.policies, maxInstances: NO_LIMIT } } : run;
}

/** Open runs of a job beyond its limit that may wait, whatever its policy: a backlog must end somewhere. */
const LONGEST_QUEUE = 1000;

/**
 * What becomes of a planned fire, given how many runs of the job were open before its commit: fires of one commit do not
 * count against each other. What is made good may wait behind open runs: all of it without `coalesce`, else one run.
 */
export function stateOfFire(
  fire: PlannedFire,
  policies: JobPolicies,
  openRuns: number,
): 'queued' | 'missed' | 'skipped' {
  if (fire.missed) return 'missed';
  const waiting = openRuns - policies.maxInstances;
  if (waiting < 0) return 'queued';
  if (waiting >= LONGEST_QUEUE) return 'skipped';
  if (policies.overlap !== 'skip') return 'queued';
  const mayWait = fire.reason === 'catch-up' && (!policies.coalesce || waiting === 0);
  return mayWait ? 'queued' : 'skipped';
}

/** How many of the open runs have to make room for these fires under the overlap policy `replace`. */
export function countToReplace(fires: readonly PlannedFire[], policies: JobPolicies, openRuns: number): number {
  if (policies.overlap !== 'replace') return 0;
  const isCatchUp = (fire: PlannedFire) => fire.reason === 'catch-up' && !policies.coalesce;
  const coming = fires.filter((fire) => !fire.missed && !isCatchUp(fire)).length;
  return coming === 0 ? 0 : Math.min(openRuns, Math.max(0, openRuns + coming - policies.maxInstances));
}

/** The run as a request to cancel leaves it: ended if it was waiting, asked to end if it is running. */
export function cancelledRun(run: RunRecord, now: number): RunRecord {
  if (run.state === 'queued') return endedRun(run, 'cancelled', now);
  return run.state === 'running' && !run.cancelRequested ? { ...run, cancelRequested: true } : run;
}

/** The run as a wish to try it again leaves it: waiting, if it ended, and not well, and its job is there. Its fire time and its id stay. */
export function retriedRun(run: RunRecord, jobIsThere: boolean, now: number): RunRecord {
  if (isOpen(run) || run.state === 'succeeded' || !jobIsThere) return run;
  const { finishedAt, state, error } = run;
  const history = anew(run, { finishedAt, outcome: state as RunOutcome, error });
  return {
    ...run,
    ...history,
    ...{ state: 'queued', owner: null, availableAt: now, deadlineAt: null, cancelRequested: false, finishedAt: null },
  };
}

/** Whether the run starts although its job is at its limit. */
export function ignoresLimit({ policies }: RunRecord): boolean {
  return policies.maxInstances >= NO_LIMIT;
}

/** Whether the run still has something to do. */
export function isOpen(run: RunRecord): boolean {
  return run.state === 'queued' || run.state === 'running';
}

/**
 * What a claim makes of a run that is waiting, or whose holder let the lease run out: `null` to start it, otherwise how it
 * ends. The deadline is about the first start: a retry comes late by nature. A run of a removed job never starts again.
 */
export function outcomeAtClaim(run: RunRecord, jobIsThere: boolean, now: number): RunOutcome | null {
  if (run.state === 'queued') {
    return run.attempt === 0 && run.deadlineAt !== null && run.deadlineAt < now ? 'missed' : null;
  }
  if (run.cancelRequested) return 'cancelled';
  return jobIsThere && mayRetry(run.policies.retry, run.attempt, LOST) ? null : 'lost';
}

/** Whether another attempt follows one that ended badly, in a way that these words stand for. */
export function mayRetry({ maxAttempts, on, notOn }: RetryPolicy, attempt: number, words: readonly string[]): boolean {
  const isMeant = (listed: readonly string[]) => words.some((word) => listed.includes(word));
  return attempt < maxAttempts && (on === null || isMeant(on)) && (notOn === null || !isMeant(notOn));
}

/** What a run is whose process died. */
const LOST = ['lost', 'worker-lost'];

/** Who takes a run, and under what. */
export interface NewClaim {
  readonly owner: string;
  readonly token: number;
  readonly leaseMs: number;
}

/** The run as its claim leaves it: the attempt counts from here, so a task that kills its process cannot do so for ever. */
export function startedRun(run: RunRecord, claim: NewClaim, now: number): RunRecord {
  return {
    ...run,
    state: 'running',
    reason: run.attempt === 0 ? run.reason : 'retry',
    attempt: run.attempt + 1,
    token: claim.token,
    owner: claim.owner,
    leaseUntil: now + claim.leaseMs,
    startedAt: now,
    ...(run.state === 'running' ? anew(run, { finishedAt: now, outcome: 'lost', error: null }) : {}),
  };
}

/** What another attempt leaves of the one before: a place in the history. */
function anew(run: RunRecord, end: Parameters<typeof withNewest>[1]): Pick<RunRecord, 'attempts' | 'progress'> {
  return { attempts: withNewest(run, end), progress: null };
}

/** The run as another holder takes it over while its attempt goes on somewhere else. */
export function takenOverRun(run: RunRecord, claim: NewClaim, now: number): RunRecord {
  return { ...run, token: claim.token, owner: claim.owner, leaseUntil: now + claim.leaseMs };
}

/** The run as it ended: its owner stays, as the one who had it last. */
export function endedRun(
  run: RunRecord,
  outcome: RunOutcome,
  now: number,
  error: string | null = run.error,
): RunRecord {
  return { ...run, state: outcome, leaseUntil: 0, finishedAt: now, error };
}

/** The run with its lease renewed and what its task has said since, or null if the claim no longer holds. */
export function heldRun(run: RunRecord, heartbeat: RunHeartbeat, leaseMs: number, now: number): RunRecord | null {
  if (run.state !== 'running' || run.token !== heartbeat.token) return null;
  return { ...run, leaseUntil: now + leaseMs, ...notesOf(run, heartbeat) };
}

/** What is known of a run after its task has said something, or nothing. */
function notesOf(run: RunRecord, { progress, log }: RunNotes): Pick<RunRecord, 'progress' | 'log'> {
  return { progress: progress ?? run.progress, log: log ?? run.log };
}

/** The run after an attempt, or null if the claim no longer holds. An accepted finish that is repeated changes nothing. */
export function finishedRun(run: RunRecord, finish: RunFinish, jobIsThere: boolean, now: number): RunRecord | null {
  if (run.token !== finish.token) return null;
  const next = stateAfter(run, finish, jobIsThere);
  if (run.state !== 'running') return run.state === next ? run : null;
  const { progress, log } = notesOf(run, finish);
  const { error, result = run.result } = finish;
  if (next !== 'queued') return { ...run, state: next, leaseUntil: 0, finishedAt: now, error, progress, log, result };
  return {
    ...run,
    state: 'queued',
    owner: null,
    leaseUntil: 0,
    availableAt: now + (finish.retryInMs ?? 0),
    ...{ error, log, result },
    ...anew(run, { finishedAt: now, outcome: finish.outcome, error: finish.error }),
  };
}

function stateAfter(run: RunRecord, finish: RunFinish, jobIsThere: boolean): RunOutcome | 'queued' {
  if (finish.retryInMs === null) return finish.outcome;
  if (run.cancelRequested) return 'cancelled';
  return jobIsThere ? 'queued' : finish.outcome;
}

/** The run as giving it back leaves it, or null if the claim no longer holds. */
export function releasedRun(run: RunRecord, token: number, jobIsThere: boolean, now: number): RunRecord | null {
  if (run.state !== 'running' || run.token !== token) return null;
  const unstarted: RunRecord = {
    ...run,
    state: 'queued',
    attempt: run.attempt - 1,
    owner: null,
    leaseUntil: 0,
    startedAt: null,
  };
  return run.cancelRequested || !jobIsThere ? endedRun(unstarted, 'cancelled', now) : unstarted;
}

/** How long the texts of a run are that may be of any length: whoever remembers runs has to have a bound. */
export function textLength({ args, log, result, attempts }: RunRecord): number {
  return args.length + (log?.length ?? 0) + (result?.length ?? 0) + (attempts?.length ?? 0);
}

// What a store keeps: a job and a run as plain data. Instants are epoch milliseconds, durations milliseconds.
import type { TriggerJson } from '../triggers/trigger.ts';

/**
 * Where a job stands: `active` fires by its trigger, `paused` waits for resume, `finished` has no fire time left,
 * `broken` was set aside because its row or trigger could not be understood.
 */
export type JobState = (typeof JOB_STATES)[number];

/** The states of a job, as words. */
export const JOB_STATES = ['active', 'paused', 'finished', 'broken'] as const;

/** What to do with a fire while `maxInstances` runs of the job are open: drop it (recorded), let it wait, or end the oldest. */
export type OverlapPolicy = 'skip' | 'queue' | 'replace';

/** How a run that failed, timed out or was lost is tried again. */
export interface RetryPolicy {
  /** How often a run may start in all; 1 = never again. */
  readonly maxAttempts: number;
  /** Wait before the second attempt. */
  readonly delayMs: number;
  /** Factor on the wait from each attempt to the next; 1 = constant. */
  readonly backoff: number;
  /** The longest wait. */
  readonly maxDelayMs: number;
  /** The share of each wait that is left to chance, from 0 to 1. */
  readonly jitter: number;
  /** Only what ended with one of these words is tried again; null = whatever it was. */
  readonly on: readonly string[] | null;
  /** What ended with one of these words is not tried again; null = there are none. */
  readonly notOn: readonly string[] | null;
}

/** A job's policies, complete: every default is filled in. */
export interface JobPolicies {
  /** After a gap, run only the latest missed fire time and count the others on it. */
  readonly coalesce: boolean;
  /** How late a run may still start; null = however late. */
  readonly misfireGraceMs: number | null;
  /** How many runs of the job may be open at once, over all processes on the store. */
  readonly maxInstances: number;
  readonly overlap: OverlapPolicy;
  /** How long a run may take before it is aborted; null = no limit. */
  readonly timeoutMs: number | null;
  /** How long a task may go on after its signal aborted, before its worker is killed; null = as its executor says. */
  readonly killGraceMs: number | null;
  readonly retry: RetryPolicy;
  /** Bounds of the shift between fire time and start, derived from (job id, fire time); null = none. */
  readonly jitterMs: readonly [from: number, to: number] | null;
  /** Among runs that could start now, the higher number starts first. */
  readonly priority: number;
  /** How many finished runs are kept in history. */
  readonly keepRuns: number;
  /** Whether what the task returns is kept with the run. */
  readonly keepResult: boolean;
  /** After so many failed runs in a row the job is paused; null = never. */
  readonly pauseOnFailure: number | null;
  /** How many runs the trigger may give rise to, after which the job has finished; null = any number. */
  readonly maxRuns: number | null;
  /** Fire times before it do not count; null = no bound. */
  readonly startAt: number | null;
  /** Fire times after it do not count; null = no bound. */
  readonly endAt: number | null;
}

/** What the author of a job says; two equal definitions are the same job. */
export interface JobDefinition {
  readonly id: string;
  readonly name: string;
  /** Name of the task; stores never keep code. */
  readonly task: string;
  /** The arguments as text, by the codec of `jobs/arguments.ts`. */
  readonly args: string;
  readonly trigger: TriggerJson;
  /** Alias of the executor that runs it. */
  readonly executor: string;
  readonly policies: JobPolicies;
  readonly tags: readonly string[];
  /** The id was made up by the scheduler: nobody can ask for the job again, so it is removed once finished. */
  readonly ephemeral: boolean;
}

/** A job as it goes into a store: its definition, and where it starts. */
export interface NewJob extends JobDefinition {
  readonly state: JobState;
  readonly nextFireAt: number | null;
  /** The reason of a pause; left out, there is none. */
  readonly note?: string | null;
}

/** A job as a row of a job store. Records are values: to change one is to put another in its place. */
export interface JobRecord extends NewJob {
  /** From a counter of the store at each add: an id that was removed and added again never meets its old runs. */
  readonly generation: number;
  /** Grows with every write to the row. */
  readonly version: number;
  readonly lastFireAt: number | null;
  /** How many runs its trigger has given rise to; counted while the policy `maxRuns` is set. */
  readonly runCount: number;
  /** How many runs in a row have ended badly; counted while the policy `pauseOnFailure` is set. */
  readonly failures: number;
  /** Until when another process is working out this job's fires; 0 = nobody. */
  readonly claimedUntil: number;
  /** Why the state is `broken`, or the reason given with a pause; null otherwise. */
  readonly note: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** How a run ended. Every due time ends as exactly one of these, or in the `coalesced` count of one. */
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

/** The outcomes of a run, as words. */
export const RUN_OUTCOMES = ['succeeded', 'failed', 'missed', 'skipped', 'cancelled', 'timed-out', 'lost'] as const;

/** Where a run stands: waiting, executing, or ended with an outcome. */
export type RunState = (typeof RUN_STATES)[number];

/** The states of a run, as words. */
export const RUN_STATES = ['queued', 'running', ...RUN_OUTCOMES] as const;

/** Why a run exists. */
export type RunReason = (typeof RUN_REASONS)[number];

/** The reasons of runs, as words. */
export const RUN_REASONS = ['scheduled', 'catch-up', 'manual', 'backfill', 'retry'] as const;

/** One execution of a job for one fire time, as a row of a job store. */
export interface RunRecord {
  /** `<job id>/<generation>/<fire time>`, or `<job id>/<generation>/manual-<uuid>`; equal over attempts: the idempotency key. */
  readonly id: string;
  readonly jobId: string;
  readonly generation: number;
  readonly jobName: string;
  readonly task: string;
  readonly args: string;
  readonly executor: string;
  readonly policies: JobPolicies;
  /** The nominal instant, before jitter. */
  readonly fireAt: number;
  /** When it may start: the fire time with jitter, or the time of the next attempt. */
  readonly availableAt: number;
  /** Past this it is recorded as missed instead of started; null = never. */
  readonly deadlineAt: number | null;
  readonly state: RunState;
  readonly reason: RunReason;
  /** How many earlier fire times this run stands for besides its own. */
  readonly coalesced: number;
  /** Counted when the run is claimed: 0 before the first claim, 1 in the first attempt. */
  readonly attempt: number;
  /** Fencing token of the newest claim, from a counter of the store; 0 before the first. */
  readonly token: number;
  /** Id of the scheduler that holds it or, once it has ended, held it last; null while it waits. */
  readonly owner: string | null;
  /** Until when the holder may be trusted to be alive; 0 when nobody holds it. */
  readonly leaseUntil: number;
  readonly cancelRequested: boolean;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Error of the last attempt: message and stack, cut after 4096 characters; null if there was none. */
  readonly error: string | null;
  /** How far the newest attempt has come, as text by `jobs/run-notes.ts`; null if its task said nothing. */
  readonly progress: string | null;
  /** What the task returned, as text by `jobs/run-notes.ts`; null unless the policy `keepResult` is set. */
  readonly result: string | null;
  /** What the task logged in all attempts, as text by `jobs/run-log.ts`; null if it did not, and in lists. */
  readonly log: string | null;
  /** The attempts before the newest one, as text by `jobs/attempts.ts`; null if there were none. */
  readonly attempts: string | null;
}

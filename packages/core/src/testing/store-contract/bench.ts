// What every case of the store contract works with: a store that was opened, time that passes on demand, and short words
// for jobs, fires and claims.
import type { JobPolicies, JobRecord, NewJob, RetryPolicy, RunOutcome, RunRecord } from '../../jobs/records.ts';
import type { FireCommit, JobStore, PlannedFire, RunFinish } from '../../stores/store.ts';
import type { ContractRunner } from '../contract-runner.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** A kind of store under test. */
export interface StoreSubject {
  /** Heads the cases in the test report. */
  readonly name: string;
  /** A new store with nothing in it, not yet open. */
  create(): JobStore | Promise<JobStore>;
  /** A store on the same data as one that was closed; left out for stores that keep nothing. */
  reopen?(closed: JobStore): JobStore | Promise<JobStore>;
  /** Clears away what a store left behind, after it was closed. */
  dispose?(closed: JobStore): void | Promise<void>;
  /** Lets milliseconds pass for stores that have a clock of their own; the others are given a virtual clock. */
  advance?(ms: number): Promise<void>;
}

/** The task of every job, unless a case says otherwise. */
export const TASK = 'send-report';

/** A scheduler that knows that task. */
export const NODE = { owner: 'node-1', tasks: new Set([TASK]) };

/** Another scheduler on the same store. */
export const OTHER_NODE = { owner: 'node-2', tasks: new Set([TASK]) };

export const LEASE_MS = 60_000;
export const TTL_MS = 10_000;

const POLICIES: JobPolicies = {
  coalesce: true,
  misfireGraceMs: null,
  maxInstances: 1,
  overlap: 'skip',
  timeoutMs: null,
  killGraceMs: null,
  retry: retryUpTo(1),
  jitterMs: null,
  priority: 0,
  keepRuns: 100,
  keepResult: false,
  pauseOnFailure: null,
  maxRuns: null,
  startAt: null,
  endAt: null,
};

/** So many attempts, one right after the other. */
export function retryUpTo(maxAttempts: number): RetryPolicy {
  return { maxAttempts, delayMs: 0, backoff: 1, maxDelayMs: 0, jitter: 0, on: null, notOn: null };
}

/** What a case may say of a job; policies are filled up. */
export type JobTraits = Partial<Omit<NewJob, 'policies'>> & { readonly policies?: Partial<JobPolicies> };

/** One store and its time. Its methods can be taken out of it. */
export class Bench {
  store: JobStore;
  readonly clock = new VirtualClock();
  readonly #subject: StoreSubject;

  constructor(store: JobStore, subject: StoreSubject) {
    this.store = store;
    this.#subject = subject;
  }

  /** Closes the store and opens another one on what it kept. */
  readonly reopen = async (): Promise<void> => {
    await this.store.close();
    if (this.#subject.reopen !== undefined) this.store = await this.#subject.reopen(this.store);
    await this.store.open({ clock: this.clock });
  };

  readonly now = async (): Promise<number> => {
    return (await this.store.nextWake({ owner: 'bench', tasks: new Set() })).now;
  };

  readonly advance = async (ms: number): Promise<void> => {
    await (this.#subject.advance?.(ms) ?? this.clock.advance(ms));
  };

  /** Adds a job that is due from this moment on. */
  readonly add = async (id: string, traits: JobTraits = {}): Promise<JobRecord> => {
    const [result] = await this.store.putJobs([newJob(id, { nextFireAt: await this.now(), ...traits })], 'fail');
    return existing(result?.job);
  };

  /** Claims and commits whatever is due, each job with the one fire it is due for and nothing after it. */
  readonly fireDue = async (fire: Partial<PlannedFire> = {}): Promise<RunRecord[]> => {
    const { jobs } = await this.store.claimDue({ ...NODE, limit: 100, ttlMs: TTL_MS });
    const results = await this.store.commitFires(jobs.map((job) => commitOf(job, { fires: [fireOf(job, fire)] })));
    return results.flatMap((result) => result.runs);
  };

  /** Adds a job and records its fire: a run that waits. */
  readonly queue = async (id: string, traits: JobTraits = {}, fire: Partial<PlannedFire> = {}): Promise<RunRecord> => {
    await this.add(id, traits);
    return existing((await this.fireDue(fire))[0]);
  };

  /** Moves the job's next fire to this moment and records it. */
  readonly fireAgain = async (jobId: string, fire: Partial<PlannedFire> = {}): Promise<RunRecord[]> => {
    const job = existing(await this.store.getJob(jobId));
    await this.store.updateJob(jobId, job.version, { nextFireAt: await this.now(), state: 'active' });
    return this.fireDue(fire);
  };

  readonly claim = async (slots: number | Readonly<Record<string, number>> = 10, node = NODE): Promise<RunRecord[]> => {
    return (await this.claimAll(slots, node)).runs;
  };

  readonly claimAll = (
    slots: number | Readonly<Record<string, number>> = 10,
    node = NODE,
  ): Promise<{ now: number; runs: RunRecord[]; ended: RunRecord[] }> => {
    return this.store.claimRuns({
      ...node,
      slots: typeof slots === 'number' ? { default: slots } : slots,
      leaseMs: LEASE_MS,
    });
  };

  /** Ends an attempt; the run as it is now. */
  readonly finish = async (
    run: RunRecord,
    outcome: RunOutcome = 'succeeded',
    more: Partial<RunFinish> = {},
  ): Promise<RunRecord | null> => {
    const finish = { runId: run.id, token: run.token, outcome, error: null, retryInMs: null, ...more };
    return existing((await this.store.finishRuns([finish]))[0], null);
  };

  readonly run = async (id: string): Promise<RunRecord> => {
    return existing(await this.store.getRun(id));
  };

  readonly wakeAt = async (node = NODE): Promise<number | null> => {
    return (await this.store.nextWake(node)).at;
  };
}

/** Registers cases that each get a bench of their own. */
export type Cases = (title: string, body: (bench: Bench) => Promise<void>) => void;

/** How to register cases about one kind of store. */
export function casesOf(subject: StoreSubject, { it }: ContractRunner): Cases {
  return (title, body) =>
    it(title, async () => {
      const bench = new Bench(await subject.create(), subject);
      await bench.store.open({ clock: bench.clock });
      try {
        await body(bench);
      } finally {
        await bench.store.close();
        await subject.dispose?.(bench.store);
      }
    });
}

/** A job as an author would add it. */
export function newJob(id: string, traits: JobTraits = {}): NewJob {
  const { policies, ...rest } = traits;
  return {
    id,
    name: id,
    task: TASK,
    args: '[]',
    trigger: { kind: 'interval', options: { hours: 1 }, anchor: 0 },
    executor: 'default',
    policies: { ...structuredClone(POLICIES), ...policies },
    tags: [],
    ephemeral: false,
    state: 'active',
    nextFireAt: null,
    ...rest,
  };
}

/** The commit of what is due, after which the job has no fire time left until a case gives it one. */
export function commitOf(job: JobRecord, more: Partial<FireCommit> = {}): FireCommit {
  return {
    jobId: job.id,
    generation: job.generation,
    version: job.version,
    fromFireAt: job.nextFireAt ?? 0,
    nextFireAt: null,
    lastFireAt: job.nextFireAt,
    state: 'active',
    note: null,
    fires: [fireOf(job)],
    ...more,
  };
}

/** The fire the job is due for. */
export function fireOf(job: JobRecord, more: Partial<PlannedFire> = {}): PlannedFire {
  const fireAt = more.fireAt ?? job.nextFireAt ?? 0;
  return { fireAt, availableAt: fireAt, deadlineAt: null, reason: 'scheduled', coalesced: 0, missed: false, ...more };
}

/** The value, which has to be there; `null` is let through where it is named as an answer that counts. */
export function existing<Value>(value: Value | undefined | null): Value;
export function existing<Value>(value: Value | undefined | null, allowed: null): Value | null;
export function existing<Value>(value: Value | undefined | null, allowed?: null): Value | null {
  if (value === undefined || (value === null && allowed !== null))
    throw new Error('the store answered nothing where a record was expected');
  return value;
}

/** Their ids. */
export function ids(records: readonly { readonly id: string }[]): string[] {
  return records.map((record) => record.id);
}

// What a unit of work changes, as the arguments of the script that writes it.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { dueAt } from '../job-decisions.ts';
import { NEVER_KEY } from '../paging.ts';
import { escapeId, isOpen } from '../run-decisions.ts';
import { laneOf } from './keys.ts';
import { changedJobText, changedRunText, newJobText, newRunText, type StoredRow } from './rows.ts';
import { NO_ROW, NO_TEXT } from './scripts/write.ts';

/** Arguments of one command: room for whole pairs, and far less than Lua can unpack. */
const SLICE = 4000;

/** They look at what the other steps leave behind. */
const LATE_STEPS = ['close', 'crowd', 'free'];

/** What becomes of one index. */
interface IndexStep {
  /** A step of the script, or a command and its key. */
  readonly start: readonly string[];
  readonly values: (string | number)[];
}

/** Collects changes; those that go to one index become one command. */
export class WriteOrder {
  readonly #key: (name: string) => string;
  readonly #keys: string[] = [];
  readonly #marks: string[] = [];
  readonly #texts: string[] = [];
  readonly #countedJobs: string[] = [];
  readonly #counts: number[] = [];
  /** By command or step and, for commands, its key. */
  readonly #steps = new Map<string, IndexStep>();

  constructor(key: (name: string) => string) {
    this.#key = key;
  }

  addJob(job: JobRecord): void {
    this.#row(`job:${job.id}`, NO_ROW, newJobText(job));
    this.#indexJob(job, null);
  }

  changeJob(job: JobRecord, stored: StoredRow<JobRecord>): void {
    this.#row(`job:${job.id}`, stored.mark, changedJobText(job, stored));
    this.#indexJob(job, stored.record);
  }

  /** What was decided rests on the job. */
  keepJob(id: string, mark: string): void {
    this.#row(`job:${id}`, mark, '');
  }

  /** `task`: the one it has, where it may be among the jobs that are due. */
  deleteJob(id: string, mark: string, task: string | null): void {
    this.#row(`job:${id}`, mark, NO_TEXT);
    this.#command('ZREM', 'jobs', id);
    if (task !== null) this.#command('ZREM', `due:${task}`, id);
  }

  /** What was decided rests on how many runs of the job are open. */
  countOpen(jobId: string, count: number): void {
    this.#countedJobs.push(escapeId(jobId));
    this.#counts.push(count);
  }

  addRun(run: RunRecord): void {
    this.#row(`run:${run.id}`, NO_ROW, newRunText(run));
    this.#step('record', run.fireAt, run.id);
    this.#enter(run, laneOf(run));
  }

  changeRun(run: RunRecord, stored: StoredRow<RunRecord>): void {
    this.#row(`run:${run.id}`, stored.mark, changedRunText(run, stored));
    // From the columns: policies that cannot be read have a stand-in in the record.
    const { priority, max_instances: max } = stored.row;
    const lane = laneOf({ ...run, policies: { priority: Number(priority), maxInstances: Number(max) } });
    const { state } = stored.record;
    if (state !== run.state) {
      this.#command('ZREM', `${state === 'queued' ? 'queue' : 'leases'}:${lane}`, run.id);
      this.#step('free', escapeId(run.jobId));
    }
    this.#enter(run, lane);
  }

  /** The arguments of the script. */
  args(): (string | number)[] {
    const args: (string | number)[] = [this.#keys.length, ...this.#keys, ...this.#marks, ...this.#texts];
    args.push(this.#counts.length, ...this.#countedJobs, ...this.#counts);
    const late = LATE_STEPS.flatMap((step) => this.#steps.get(step) ?? []);
    for (const step of this.#steps.values()) if (!late.includes(step)) addStep(args, step);
    for (const step of late) addStep(args, step);
    return args;
  }

  #indexJob(job: JobRecord, stored: JobRecord | null): void {
    this.#command('ZADD', 'jobs', job.nextFireAt ?? NEVER_KEY, job.id);
    const due = job.state === 'active' ? dueAt(job) : null;
    if (stored !== null && (due === null || stored.task !== job.task))
      this.#command('ZREM', `due:${stored.task}`, job.id);
    if (due !== null) {
      this.#command(
        'ZADD',
        `due:${job.task}`,
        Math.max(due, job.claimedUntil === 0 ? due : job.claimedUntil + 1),
        job.id,
      );
      this.#command('SADD', 'tasks', job.task);
    }
    const { keepRuns } = job.policies;
    if (stored === null || stored.policies.keepRuns > keepRuns) this.#step('crowd', keepRuns, escapeId(job.id));
  }

  #enter(run: RunRecord, lane: string): void {
    if (!isOpen(run)) {
      this.#command('ZADD', 'ended', run.finishedAt ?? 0, run.id);
      this.#step('close', run.policies.keepRuns, run.id);
      return;
    }
    this.#command('SADD', 'lanes', lane);
    if (run.state === 'queued') this.#command('ZADD', `queue:${lane}`, run.availableAt, run.id);
    else this.#command('ZADD', `leases:${lane}`, run.leaseUntil, run.id);
    this.#step('open', run.state === 'queued' ? run.fireAt : '-inf', run.id);
  }

  #row(name: string, mark: string, text: string): void {
    this.#keys.push(this.#key(name));
    this.#marks.push(mark);
    this.#texts.push(text);
  }

  #command(command: string, index: string, ...values: (string | number)[]): void {
    this.#append(`${command} ${index}`, () => [command, this.#key(index)], values);
  }

  #step(step: string, ...values: (string | number)[]): void {
    this.#append(step, () => [step], values);
  }

  #append(id: string, start: () => readonly string[], values: readonly (string | number)[]): void {
    const step = this.#steps.get(id);
    if (step === undefined) this.#steps.set(id, { start: start(), values: [...values] });
    else step.values.push(...values);
  }
}

function addStep(args: (string | number)[], { start, values }: IndexStep): void {
  for (let at = 0; at < values.length; at += SLICE) {
    const slice = values.slice(at, at + SLICE);
    args.push(start[0] ?? '', start.length - 1 + slice.length, ...start.slice(1), ...slice);
  }
}

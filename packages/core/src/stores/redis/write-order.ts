// What a unit of work changes, as the script that writes it is told.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import { dueAt } from '../job-decisions.ts';
import { NEVER_KEY } from '../paging.ts';
import { escapeId, isOpen } from '../run-decisions.ts';
import { laneOf } from './keys.ts';
import { changedJob, changedRun, newJob, newRun, type StoredRow } from './row-form.ts';
import { NO_TEXT } from './scripts/write.ts';

/** Values of one command: whole pairs, and far fewer than Lua can unpack. */
const SLICE = 4000;

/** They look at what the other steps leave behind. */
const LATE_STEPS = ['close', 'crowd', 'free'];

/** What becomes of one index. */
interface IndexStep {
  /** A step of the script, or a command and its key. */
  readonly start: readonly string[];
  readonly values: string[];
}

/** Collects changes; those that go to one index become one command. */
export class WriteOrder {
  readonly #key: (name: string) => string;
  readonly #readKeys: string[] = [];
  readonly #marks: string[] = [];
  readonly #texts: string[] = [];
  /** Keys and texts by turns. */
  readonly #newRows: string[] = [];
  readonly #countedJobs: string[] = [];
  readonly #counts: string[] = [];
  /** By command or step and, for commands, its key. */
  readonly #steps = new Map<string, IndexStep>();
  readonly #members = new Set<string>();

  constructor(key: (name: string) => string) {
    this.#key = key;
  }

  addJob(job: JobRecord): void {
    this.#newRows.push(this.#key(`job:${job.id}`), newJob(job).text);
    this.#indexJob(job, null);
  }

  /** Answers what will be stored, if it is that what can be remembered: no more than the head has changed. */
  changeJob(job: JobRecord, stored: StoredRow<JobRecord>): StoredRow<JobRecord> | null {
    const { text, after } = changedJob(job, stored);
    this.#readRow(`job:${job.id}`, stored.mark, text);
    this.#indexJob(job, stored.record);
    return text.endsWith(',') ? after : null;
  }

  /** What was decided rests on the job. */
  keepJob(id: string, mark: string): void {
    this.#readRow(`job:${id}`, mark, '');
  }

  /** `task`: the one it has, where it may be among the jobs that are due. */
  deleteJob(id: string, mark: string, task: string | null): void {
    this.#readRow(`job:${id}`, mark, NO_TEXT);
    this.#command('ZREM', 'jobs', id);
    if (task !== null) this.#command('ZREM', `due:${escapeId(task)}`, id);
  }

  /** What was decided rests on how many runs of the job are open. */
  countOpen(jobId: string, count: number): void {
    this.#countedJobs.push(escapeId(jobId));
    this.#counts.push(String(count));
  }

  /** Answers what will be stored. */
  addRun(run: RunRecord): StoredRow<RunRecord> {
    const { text, after } = newRun(run);
    this.#newRows.push(this.#key(`run:${run.id}`), text);
    this.#step(run.state === 'queued' ? 'record' : 'recordEnded', run.fireAt, run.id);
    this.#enter(run, laneOf(run), false);
    return after;
  }

  /** Answers what will be stored. */
  changeRun(run: RunRecord, stored: StoredRow<RunRecord>): StoredRow<RunRecord> {
    const { text, after } = changedRun(run, stored);
    this.#readRow(`run:${run.id}`, stored.mark, text);
    const lane = storedLane(stored);
    const { state } = stored.record;
    if (state !== run.state) {
      this.#command('ZREM', `${state === 'queued' ? 'queue' : 'leases'}:${lane}`, run.id);
      this.#step('free', escapeId(run.jobId));
    }
    this.#enter(run, lane, true);
    return after;
  }

  /** What was decided rests on the run. */
  keepRun(id: string, mark: string): void {
    this.#readRow(`run:${id}`, mark, '');
  }

  /** What the script is handed. */
  texts(): string[] {
    const texts = [String(this.#readKeys.length), ...this.#readKeys, ...this.#marks, ...this.#texts];
    texts.push(String(this.#newRows.length / 2), ...this.#newRows);
    texts.push(String(this.#counts.length), ...this.#countedJobs, ...this.#counts);
    const late = LATE_STEPS.flatMap((step) => this.#steps.get(step) ?? []);
    for (const step of this.#steps.values()) if (!late.includes(step)) addStep(texts, step);
    for (const step of late) addStep(texts, step);
    return texts;
  }

  #indexJob(job: JobRecord, stored: JobRecord | null): void {
    if (stored === null || stored.nextFireAt !== job.nextFireAt)
      this.#command('ZADD', 'jobs', job.nextFireAt ?? NEVER_KEY, job.id);
    const due = job.state === 'active' ? dueAt(job) : null;
    const task = escapeId(job.task);
    if (stored !== null && (due === null || stored.task !== job.task))
      this.#command('ZREM', `due:${escapeId(stored.task)}`, job.id);
    if (due !== null) {
      // A change ends a claim.
      this.#command('ZADD', `due:${task}`, due, job.id);
      this.#member('tasks', task);
    }
    const { keepRuns } = job.policies;
    if (stored === null || stored.policies.keepRuns > keepRuns) this.#step('crowd', keepRuns, escapeId(job.id));
  }

  #enter(run: RunRecord, lane: string, wasRecorded: boolean): void {
    if (!isOpen(run)) return this.#step('close', run.policies.keepRuns, run.id);
    this.#member('lanes', lane);
    if (run.state === 'queued') this.#command('ZADD', `queue:${lane}`, run.availableAt, run.id);
    else this.#command('ZADD', `leases:${lane}`, run.leaseUntil, run.id);
    if (wasRecorded) this.#step('open', run.state === 'queued' ? run.fireAt : '-inf', run.id);
  }

  #readRow(name: string, mark: string, text: string): void {
    this.#readKeys.push(this.#key(name));
    this.#marks.push(mark);
    this.#texts.push(text);
  }

  #member(set: string, member: string): void {
    const id = `${set} ${member}`;
    if (this.#members.has(id)) return;
    this.#members.add(id);
    this.#command('SADD', set, member);
  }

  #command(command: string, index: string, ...values: (string | number)[]): void {
    this.#append(`${command} ${index}`, () => [command, this.#key(index)], values);
  }

  #step(step: string, ...values: (string | number)[]): void {
    this.#append(step, () => [step], values);
  }

  #append(id: string, start: () => readonly string[], values: readonly (string | number)[]): void {
    let step = this.#steps.get(id);
    if (step === undefined) {
      step = { start: start(), values: [] };
      this.#steps.set(id, step);
    }
    for (const value of values) step.values.push(String(value));
  }
}

function addStep(texts: string[], { start, values }: IndexStep): void {
  for (let at = 0; at < values.length; at += SLICE) {
    const slice = values.slice(at, at + SLICE);
    texts.push(start[0] ?? '', String(start.length - 1 + slice.length), ...start.slice(1), ...slice);
  }
}

/** The lane of a stored run, by its columns: policies that cannot be read have a stand-in in the record. */
function storedLane({ record, row }: StoredRow<RunRecord>): string {
  if (row === null) return laneOf(record);
  const policies = { priority: Number(row['priority']), maxInstances: Number(row['max_instances']) };
  return laneOf({ task: record.task, executor: record.executor, policies });
}

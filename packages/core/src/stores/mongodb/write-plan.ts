// In which order the writes of a unit of work take effect, so that whatever breaks off leaves a sound state behind: decided
// apart from doing it.
import type { JobRecord, RunRecord } from '../../jobs/records.ts';
import type { Change, Changes } from '../server/unit.ts';
import type { DocumentChange } from './compare-and-set.ts';
import { jobChange } from './documents.ts';
import { type Letter, newRun } from './outbox.ts';

/** A write to a job that is there. */
export interface JobWrite extends Pick<DocumentChange, 'id' | 'columns' | 'increments'> {
  /** What it entails for runs; null if nothing. */
  readonly letter: Letter | null;
}

/** The writes of a unit of work. A job that one of them does not get through for is left alone by those that follow. */
export interface WritePlan {
  /** First: changes of runs that stand for themselves. */
  readonly runs: readonly Change<RunRecord>[];
  /** Then: jobs that are added. */
  readonly added: readonly JobRecord[];
  /** Then: jobs that are changed or go, each with the letter that is delivered next. */
  readonly jobs: readonly JobWrite[];
}

/**
 * Plans the writes.
 *
 * - A commit, a run outside the trigger, the removal of a job: the job decides, its runs follow by letter.
 * - The end of a run after which a finished job that nobody can ask for goes: the run decides. If the job is then found changed,
 *   or nobody gets to it, the next look for such jobs removes it.
 * - Everything else is about runs alone. That a retry is queued although its job is being removed is found when it is
 *   claimed: a run that was claimed before starts only if its job is there.
 */
export function planWrites(changes: Changes, now: number, seq: number): WritePlan {
  const byJob = new RunsByJob(changes);
  const jobs: JobWrite[] = [];
  const letterFor = (jobId: string, remove: boolean): Letter | null => {
    const { add, cancel } = byJob.take(jobId);
    if (add.length + cancel.length === 0 && !remove) return null;
    return { at: now, add: add.map((run, index) => newRun(run, seq + index)), cancel: cancel.map(idOf), remove };
  };
  for (const { stored, record } of changes.changedJobs)
    jobs.push({ id: record.id, ...jobChange(record, stored), letter: letterFor(record.id, false) });
  for (const { id, ephemeral, state } of changes.deletedJobs) {
    if (ephemeral && state === 'finished') byJob.keepChanges(id);
    jobs.push({ id, columns: { state: 'removed' }, letter: letterFor(id, true) });
  }
  for (const { id } of changes.keptJobs)
    if (byJob.hasAdded(id)) jobs.push({ id, columns: {}, letter: letterFor(id, false) });
  return { runs: byJob.rest(), added: changes.addedJobs, jobs };
}

/** The changes of runs, until the job that entails them takes them. */
class RunsByJob {
  readonly #added = new Map<string, RunRecord[]>();
  readonly #changed = new Map<string, Change<RunRecord>[]>();
  readonly #kept: Change<RunRecord>[] = [];

  constructor({ addedRuns, changedRuns }: Changes) {
    for (const run of addedRuns) append(this.#added, run.jobId, run);
    for (const change of changedRuns) append(this.#changed, change.record.jobId, change);
  }

  hasAdded(jobId: string): boolean {
    return this.#added.has(jobId);
  }

  take(jobId: string): { readonly add: readonly RunRecord[]; readonly cancel: readonly RunRecord[] } {
    const add = this.#added.get(jobId) ?? [];
    const cancel = (this.#changed.get(jobId) ?? []).map(({ record }) => record);
    this.#changed.delete(jobId);
    return { add, cancel };
  }

  /** The changes of the runs of this job stand for themselves. */
  keepChanges(jobId: string): void {
    this.#kept.push(...(this.#changed.get(jobId) ?? []));
    this.#changed.delete(jobId);
  }

  rest(): Change<RunRecord>[] {
    return [...this.#kept, ...[...this.#changed.values()].flat()];
  }
}

function append<Item>(groups: Map<string, Item[]>, key: string, item: Item): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}

function idOf({ id }: RunRecord): string {
  return id;
}

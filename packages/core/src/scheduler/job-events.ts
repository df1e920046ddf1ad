// Which events tell of jobs that changed.
import type { JobRecord, JobState, RunRecord } from '../jobs/records.ts';
import type { PutResult } from '../stores/store.ts';
import { tellEnded } from './engine/run-events.ts';
import type { EventHub } from './events.ts';

/** The events of a change of one job. */
export type ChangeEvent = 'job:modified' | 'job:paused' | 'job:resumed';

/** Tells of a job that was changed, which may have left it without a fire time. */
export function tellChanged(
  events: EventHub,
  event: ChangeEvent,
  job: JobRecord,
  { jobStore, before }: { readonly jobStore: string; readonly before: JobState },
): void {
  const about = { jobId: job.id, jobStore };
  if (event === 'job:paused') events.emit(event, { ...about, reason: job.note });
  else events.emit(event, about);
  if (job.state === 'finished' && before !== 'finished') events.emit('job:finished', about);
}

/** Tells what became of jobs that were put into a store. */
export function tellPut(events: EventHub, results: readonly PutResult[], jobStore: string): void {
  for (const { status, job } of results) {
    const about = { jobId: job.id, jobStore };
    if (status === 'added') events.emit('job:added', about);
    if (status === 'added' && job.state === 'finished') events.emit('job:finished', about);
    if (status === 'replaced') events.emit('job:modified', about);
  }
}

/** Tells of jobs that were removed, and of their runs that waited. */
export function tellRemoved(
  events: EventHub,
  jobIds: readonly string[],
  cancelled: readonly RunRecord[],
  jobStore: string,
): void {
  for (const jobId of jobIds) events.emit('job:removed', { jobId, jobStore });
  for (const run of cancelled) tellEnded(events, run, jobStore);
}

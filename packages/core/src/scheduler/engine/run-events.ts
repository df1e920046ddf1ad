// Which event tells of a run that changed.
import type { RunRecord } from '../../jobs/records.ts';
import { toRun } from '../../jobs/run.ts';
import type { EventHub } from '../events.ts';
import type { Attempt } from './active-run.ts';

/** Tells how an attempt ended that the store has accepted. */
export function tellRun(
  events: EventHub,
  record: RunRecord,
  jobStore: string,
  { finish, result, error }: Attempt,
): void {
  const { state, jobId } = record;
  if (state === 'succeeded') {
    if (events.hears('run:succeeded'))
      events.emit('run:succeeded', { jobId, jobStore, run: toRun(record, jobStore), result });
  } else if (state === 'queued' || state === 'failed' || state === 'timed-out') {
    const about = {
      jobId,
      jobStore,
      run: toRun(record, jobStore),
      error: error ?? new Error(record.error ?? 'unknown'),
    };
    if (state === 'queued') events.emit('run:retrying', { ...about, retryInMs: finish.retryInMs ?? 0 });
    else events.emit(`run:${state}`, about);
  } else {
    tellEnded(events, record, jobStore);
  }
}

/** Tells of a run that ended without executing in this process. */
export function tellEnded(events: EventHub, record: RunRecord, jobStore: string): void {
  const { state } = record;
  if (state === 'missed' || state === 'skipped' || state === 'cancelled' || state === 'lost') {
    events.emit(`run:${state}`, { jobId: record.jobId, jobStore, run: toRun(record, jobStore) });
  }
}

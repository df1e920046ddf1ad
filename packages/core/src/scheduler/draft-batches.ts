// Many jobs at once: read one after the other, put into their stores in batches.
import { draftJob, type JobDraft } from '../jobs/draft.ts';
import type { JobInput } from './call-options.ts';
import { located } from './located.ts';

/** Jobs that go into a store in one operation. */
const BATCH = 1000;

export /** Drafts one after the other, so that 100,000 of them are never held at once. */
function* draftsOf(jobs: Iterable<JobInput>): Generator<JobDraft> {
  let index = 0;
  for (const { task, trigger, ...options } of jobs) {
    yield located(`jobs[${index++}]`, () => draftJob(task, trigger, options));
  }
}

/** Drafts for one store, at least one. */
export type DraftBatch = [JobDraft, ...JobDraft[]];

/** Runs of drafts that go to the same store in the same way, in order, each of a bounded length. */
export function* batchesOf(drafts: Iterable<JobDraft>): Generator<DraftBatch> {
  let batch: DraftBatch | null = null;
  for (const draft of drafts) {
    const fits = batch?.[0].jobStore === draft.jobStore && batch[0].replaceExisting === draft.replaceExisting;
    if (batch !== null && fits && batch.length < BATCH) {
      batch.push(draft);
      continue;
    }
    if (batch !== null) yield batch;
    batch = [draft];
  }
  if (batch !== null) yield batch;
}

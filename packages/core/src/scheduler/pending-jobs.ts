// Jobs that were added before the scheduler started: kept as drafts, in order, until their stores are open.
import { JobConflictError } from '../errors.ts';
import type { JobDraft } from '../jobs/draft.ts';

/** Drafts by store and id. */
export class PendingJobs {
  readonly #drafts = new Map<string, JobDraft>();

  /** Adds all or none. @throws JobConflictError if an id is taken and its draft does not replace. */
  add(drafts: readonly JobDraft[]): void {
    const coming = new Set<string>();
    for (const draft of drafts) {
      const key = keyOf(draft.jobStore, draft.id);
      if (!draft.replaceExisting && (this.#drafts.has(key) || coming.has(key))) throw new JobConflictError(draft.id);
      coming.add(key);
    }
    for (const draft of drafts) this.replace(draft);
  }

  /** The draft, in the store named or in any; undefined when there is none. */
  find(id: string, jobStore: string | undefined): JobDraft | undefined {
    if (jobStore !== undefined) return this.#drafts.get(keyOf(jobStore, id));
    return this.list(undefined).find((draft) => draft.id === id);
  }

  /** Puts a draft in the place of the one with its id. */
  replace(draft: JobDraft): void {
    this.#drafts.set(keyOf(draft.jobStore, draft.id), draft);
  }

  remove({ jobStore, id }: JobDraft): void {
    this.#drafts.delete(keyOf(jobStore, id));
  }

  /** In the order they were added: those of one store, or all. */
  list(jobStore: string | undefined): readonly JobDraft[] {
    return [...this.#drafts.values()].filter((draft) => jobStore === undefined || draft.jobStore === jobStore);
  }
}

/** Neither an alias nor an id has a NUL. */
function keyOf(jobStore: string, id: string): string {
  return `${jobStore}\0${id}`;
}

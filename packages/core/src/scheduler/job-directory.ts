// The jobs of all job stores under their aliases: finding, adding, changing and removing them by compare-and-set.
import { InvalidOptionError, JobConflictError, JobNotFoundError, SchedError } from '../errors.ts';
import type { JobRecord, NewJob, RunRecord } from '../jobs/records.ts';
import type { JobFilter, JobPatch, JobStore, OnConflict, Page, PutResult } from '../stores/store.ts';

/** How often a change is tried again when somebody else changed the job in between. */
const CHANGE_ATTEMPTS = 20;

/** A list of items with the cursor of the next part; null when this was the last. */
export type Listed<Item> = readonly Item[] & { readonly cursor: string | null };

/** Items of a page as a list. */
export function listed<Item>(items: Item[], cursor: string | null): Listed<Item> {
  // Not enumerable, so that a list equals an array of the same items.
  return Object.defineProperty(items, 'cursor', { value: cursor }) as Item[] & { readonly cursor: string | null };
}

/** A job and the alias of the store it was found in. */
export interface FoundJob {
  readonly jobStore: string;
  readonly job: JobRecord;
}

/** Jobs over all stores of a scheduler. The map of stores is live. */
export class JobDirectory {
  readonly #stores: ReadonlyMap<string, JobStore>;

  constructor(stores: ReadonlyMap<string, JobStore>) {
    this.#stores = stores;
  }

  /**
   * The store under an alias.
   *
   * @throws SchedError `unknown-job-store`
   */
  store(alias: string): JobStore {
    const store = this.#stores.get(alias);
    if (store === undefined) {
      throw new SchedError(
        'unknown-job-store',
        `there is no job store '${alias}'; there are ${[...this.#stores.keys()].join(', ')}`,
      );
    }
    return store;
  }

  /** The stores to look in: the one named, or all of them. */
  aliases(alias: string | undefined): readonly string[] {
    if (alias === undefined) return [...this.#stores.keys()];
    this.store(alias);
    return [alias];
  }

  /** The job, in the store named or in the first that has it; null if none does. */
  async find(id: string, alias?: string): Promise<FoundJob | null> {
    for (const jobStore of this.aliases(alias)) {
      const job = await this.store(jobStore).getJob(id);
      if (job !== null) return { jobStore, job };
    }
    return null;
  }

  /** @throws JobNotFoundError */
  async get(id: string, alias?: string): Promise<FoundJob> {
    const found = await this.find(id, alias);
    if (found === null) throw new JobNotFoundError(id, alias);
    return found;
  }

  /** @throws JobConflictError for the first job whose id is taken, under `fail`; then none was added. */
  async put(alias: string, jobs: readonly NewJob[], onConflict: OnConflict): Promise<PutResult[]> {
    const results = await this.store(alias).putJobs(jobs, onConflict);
    const conflict = results.find((result) => result.status === 'conflict');
    if (conflict !== undefined) throw new JobConflictError(conflict.job.id);
    return results;
  }

  /** Changes a job by what `change` makes of it; looks again when somebody else was faster. Null = nothing to change. */
  async change(
    id: string,
    alias: string | undefined,
    change: (job: JobRecord) => JobPatch | null,
  ): Promise<FoundJob & { readonly isChanged: boolean }> {
    for (let attempt = 0; attempt < CHANGE_ATTEMPTS; attempt++) {
      const found = await this.get(id, alias);
      const patch = change(found.job);
      if (patch === null) return { ...found, isChanged: false };
      const job = await this.store(found.jobStore).updateJob(id, found.job.version, patch);
      if (job !== null) return { jobStore: found.jobStore, job, isChanged: true };
    }
    throw new SchedError(
      'store-failure',
      `job '${id}' was changed by others ${CHANGE_ATTEMPTS} times in a row; try again`,
    );
  }

  /** Removes a job and answers the store it was in, and its runs that waited. @throws JobNotFoundError */
  async remove(id: string, alias?: string): Promise<{ jobStore: string; cancelled: readonly RunRecord[] }> {
    for (const jobStore of this.aliases(alias)) {
      const { jobIds, cancelled } = await this.store(jobStore).removeJobs([id]);
      if (jobIds.length > 0) return { jobStore, cancelled };
    }
    throw new JobNotFoundError(id, alias);
  }

  /** Jobs of the store named, or of all of them one after the other, a page at a time. */
  async page(filter: JobFilter, query: PageQuery): Promise<Page<FoundJob>> {
    const page = await this.#page(query, (store, rest) => store.getJobs(filter, rest));
    return { items: page.items.map(({ jobStore, item }) => ({ jobStore, job: item })), cursor: page.cursor };
  }

  /** Every job as it is stored, page after page. */
  async *records(alias: string | undefined): AsyncGenerator<FoundJob> {
    // A job that fires meanwhile moves to a later page.
    const told = new Set<string>();
    let cursor: string | null = null;
    do {
      const page = await this.page({}, { jobStore: alias, cursor });
      for (const found of page.items) {
        const key = `${found.jobStore}\0${found.job.id}`;
        if (told.has(key)) continue;
        told.add(key);
        yield found;
      }
      cursor = page.cursor;
    } while (cursor !== null);
  }

  /** Runs of the store named, or of all of them one after the other, a page at a time. */
  async runs(
    filter: Parameters<JobStore['getRuns']>[0],
    query: PageQuery,
  ): Promise<Page<{ jobStore: string; run: RunRecord }>> {
    const page = await this.#page(query, (store, rest) => store.getRuns(filter, rest));
    return { items: page.items.map(({ jobStore, item }) => ({ jobStore, run: item })), cursor: page.cursor };
  }

  /** Fills a page from store after store; the cursor says in which one to go on. */
  async #page<Item>(
    { jobStore: alias, limit = DEFAULT_PAGE, cursor = null }: PageQuery,
    list: (store: JobStore, page: { limit: number; cursor: string | null }) => Promise<Page<Item>>,
  ): Promise<Page<{ jobStore: string; item: Item }>> {
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new InvalidOptionError('limit', limit, 'a whole number of at least 1');
    const aliases = this.aliases(alias);
    const at = readCursor(cursor, aliases);
    const items: { jobStore: string; item: Item }[] = [];
    let within = at.within;
    for (const [index, jobStore] of aliases.entries()) {
      if (index < at.index) continue;
      const page = await list(this.store(jobStore), { limit: limit - items.length, cursor: within });
      items.push(...page.items.map((item) => ({ jobStore, item })));
      within = null;
      if (page.cursor !== null) return { items, cursor: JSON.stringify([jobStore, page.cursor]) };
      const following = aliases[index + 1];
      if (items.length >= limit && following !== undefined) return { items, cursor: JSON.stringify([following, null]) };
    }
    return { items, cursor: null };
  }
}

const DEFAULT_PAGE = 1000;

/** Which part of a list over several stores. */
export interface PageQuery {
  /** Only this store. @default all of them, one after the other */
  readonly jobStore?: string | undefined;
  /** At most so many. @default 1000 */
  readonly limit?: number | undefined;
  readonly cursor?: string | null | undefined;
}

function readCursor(cursor: string | null, aliases: readonly string[]): { index: number; within: string | null } {
  if (cursor === null) return { index: 0, within: null };
  try {
    const [alias, within] = JSON.parse(cursor) as [string, string | null];
    const index = aliases.indexOf(alias);
    if (index !== -1 && (within === null || typeof within === 'string')) return { index, within };
  } catch {
    // Falls through to the one error for every cursor that is not ours.
  }
  throw new InvalidOptionError('cursor', cursor, 'the cursor of an earlier page of the same list');
}

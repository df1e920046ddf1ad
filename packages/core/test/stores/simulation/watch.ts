// The oracle of the simulation.
import type { JobRecord, RunRecord } from '../../../src/jobs/records.ts';
import type { JobStore } from '../../../src/stores/store.ts';
import { GRID_MS, JOBS } from './times.ts';

/** Fire times of one life of a job that have to be recorded: from here up to where its next fire stands at the end. */
interface Stretch {
  readonly generation: number;
  readonly from: number;
}

/** Knows what was promised, and speaks up when a promise is broken. */
export class Watch {
  readonly #store: JobStore;
  readonly #highestToken = new Map<string, number>();
  readonly #accepted = new Map<string, number>();
  readonly #paused = new Map<string, number>();
  readonly #open = new Map<string, Stretch>();
  readonly #owed = new Set<string>();

  constructor(store: JobStore) {
    this.#store = store;
  }

  started(runs: readonly RunRecord[]): readonly RunRecord[] {
    for (const { id, token } of runs) {
      const highest = this.#highestToken.get(id) ?? 0;
      if (token <= highest) throw new Error(`${id} was started with token ${token} after ${highest}`);
      this.#highestToken.set(id, token);
    }
    return runs;
  }

  finished(run: RunRecord, accepted: RunRecord | null): void {
    if (accepted === null) return;
    if (run.token !== this.#highestToken.get(run.id))
      throw new Error(`${run.id}: a finish was accepted from a holder that had lost it`);
    const times = (this.#accepted.get(run.id) ?? 0) + 1;
    if (times > 1) throw new Error(`${run.id} was finished twice`);
    this.#accepted.set(run.id, times);
  }

  begins(started: JobRecord): void {
    this.#open.set(started.id, { generation: started.generation, from: started.nextFireAt ?? 0 });
    this.#paused.delete(started.id);
  }

  /** The job stands still from here: all its fire times up to the next one are owed. */
  stops(stopped: JobRecord): void {
    const stretch = this.#open.get(stopped.id);
    this.#open.delete(stopped.id);
    for (let at = stretch?.from ?? Number.POSITIVE_INFINITY; at < (stopped.nextFireAt ?? 0); at += GRID_MS) {
      this.#owed.add(`${stopped.id}/${stopped.generation}/${at}`);
    }
  }

  async pauses(paused: JobRecord): Promise<void> {
    this.stops(paused);
    this.#paused.set(paused.id, (await this.#runs(paused.id)).length);
  }

  async check(latest: number): Promise<void> {
    const runs = await this.#runs();
    const seen = new Set<string>();
    for (const run of runs) {
      const due = `${run.jobId}/${run.generation}/${run.fireAt}`;
      if (seen.has(due)) throw new Error(`${due} was recorded twice`);
      seen.add(due);
      if (run.fireAt > latest) throw new Error(`${due} was recorded before its time`);
    }
    for (const id of JOBS) {
      const running = runs.filter((run) => run.jobId === id && run.state === 'running').length;
      if (running > 1) throw new Error(`${running} runs of ${id} at once`);
      const atPause = this.#paused.get(id);
      const recorded = runs.filter((run) => run.jobId === id).length;
      if (atPause !== undefined && recorded > atPause) throw new Error(`${id} fired after its pause was acknowledged`);
    }
  }

  async checkEnd(now: number): Promise<void> {
    for (const id of JOBS) {
      const last = await this.#store.getJob(id);
      if (last === null) continue;
      if (last.state === 'active' && (last.nextFireAt ?? 0) <= now) throw new Error(`${id} is still due`);
      this.stops(last);
    }
    const runs = await this.#runs();
    const waiting = runs.find((run) => run.finishedAt === null);
    if (waiting !== undefined) throw new Error(`${waiting.id} is still ${waiting.state}`);
    const recorded = new Set(runs.map((run) => run.id));
    for (const due of this.#owed) if (!recorded.has(due)) throw new Error(`${due} was never recorded`);
    for (const due of recorded)
      if (!this.#owed.has(due)) throw new Error(`${due} was recorded, though the job did not stand there`);
  }

  async #runs(jobId?: string): Promise<readonly RunRecord[]> {
    return (await this.#store.getRuns(jobId === undefined ? {} : { jobId }, { limit: 100_000 })).items;
  }
}

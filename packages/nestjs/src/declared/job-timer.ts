// A declared interval or timeout where a timer of Node.js is expected.
import type { DeclaredJob } from './declared-job.ts';

/** What {@link SchedulerRegistry.getInterval} answers for a declared interval: `clearInterval` and `clearTimeout` stop it. */
export class JobTimer {
  readonly #job: DeclaredJob;

  constructor(job: DeclaredJob) {
    this.#job = job;
  }

  // To clear a timer, Node.js takes away its callback, which is here, and then does nothing to one that is destroyed.
  get _onTimeout(): unknown {
    return this._destroyed ? null : () => this.#job.fireOnTick();
  }

  set _onTimeout(callback: unknown) {
    if (callback === null) this.close();
  }

  get _destroyed(): boolean {
    return !this.#job.isStarted;
  }

  /** Stops the job, as clearing it does. */
  close(): this {
    if (this.#job.isStarted) void this.#job.stop();
    return this;
  }

  /** Whether it keeps the process alive. */
  hasRef(): boolean {
    return this.#job.holdsProcess;
  }
}

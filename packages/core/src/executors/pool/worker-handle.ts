// A worker as its pool sees it, be it a thread or a process.
import { pathToFileURL } from 'node:url';
import type { PoolMessage, WorkerMessage } from './messages.ts';

/** A thread or a process that was started. */
export interface Worker {
  /** Hands it a message. @throws what cannot be copied */
  send(message: PoolMessage): void;
  /** Ends it at once, whatever it is doing. Its listener hears when it has ended. */
  kill(): void;
  /** Whether it keeps this process alive. */
  hold(isHeld: boolean): void;
}

/** Who hears of a worker. */
export interface WorkerListener {
  onMessage(message: WorkerMessage): void;
  /** Called once, as the last: it has ended, or could not be started. */
  onEnd(reason: string): void;
}

/** Starts a worker. */
export type StartWorker = (listener: WorkerListener) => Worker;

/** What the workers of either kind run: beside this file, in the sources and in a build, whose CommonJS has no import.meta. */
export const WORKER_FILE =
  typeof __filename === 'string'
    ? new URL('./worker.js', pathToFileURL(__filename))
    : new URL('./worker.js', import.meta.url);

// The tasks of the executor contract. They share nothing with the contract, so they can run in another thread or process.
import { stat } from 'node:fs/promises';
import { currentRun } from '../executors/current-run.ts';

/** Tasks by name, for executors that find theirs by name: make them known where tasks run. */
export const executorTasks = {
  /** Answers its arguments. */
  echo: (...args: readonly unknown[]): unknown => args,
  /** Answers its argument, but not at once. */
  async echoLater(value: unknown): Promise<unknown> {
    await stat('.');
    return value;
  },
  fail(message: unknown): never {
    throw new TypeError(String(message));
  },
  async failLater(message: unknown): Promise<never> {
    await stat('.');
    throw new TypeError(String(message));
  },
  /** Throws what is no Error. */
  throwText(text: unknown): never {
    throw text;
  },
  async throwTextLater(text: unknown): Promise<never> {
    await stat('.');
    throw text;
  },
  /** Never ends by itself, and does not heed its signal. */
  hang: (): Promise<never> => new Promise<never>(() => {}),
  /** What it can learn of its run. */
  async describeRun(): Promise<unknown> {
    await stat('.');
    const run = currentRun();
    return run === undefined ? null : { runId: run.runId, attempt: run.attempt, fireTime: run.fireTime.getTime() };
  },
} as const;

/** Name of a task of the contract. */
export type ExecutorTask = keyof typeof executorTasks;

// What a pool and its workers say to each other. Each run has a number, so that what comes late is told from what counts.
import { isNativeError } from 'node:util/types';
import type { TaskModule } from '../../jobs/task.ts';
import type { RunInfo } from '../current-run.ts';

/** From the pool to a worker. */
export type PoolMessage =
  | {
      readonly type: 'run';
      readonly n: number;
      readonly module: TaskModule;
      readonly args: readonly unknown[];
      readonly run: Omit<RunInfo, 'signal' | 'log' | 'progress'>;
    }
  | ({ readonly type: 'abort'; readonly n: number } & WireReason);

/** From a worker to its pool. */
export type WorkerMessage =
  | { readonly type: 'log'; readonly n: number; readonly text: string }
  | { readonly type: 'progress'; readonly n: number; readonly fraction: number; readonly text: string }
  | { readonly type: 'returned'; readonly n: number; readonly result: unknown }
  | { readonly type: 'threw'; readonly n: number; readonly thrown: unknown; readonly fields: ErrorFields | null }
  | { readonly type: 'crashed'; readonly text: string };

/** What the copy of an error loses: its name, and fields such as `code`. Null for what is no error. */
export type ErrorFields = Readonly<Record<string, unknown>>;

interface WireReason {
  readonly reason: Error;
  readonly fields: ErrorFields;
}

/** A signal's reason as a worker gets it. */
export function wireReason(reason: unknown): WireReason {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  const { name, message, stack } = error;
  const plain = Object.entries(error).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return { reason: new Error(message), fields: { ...Object.fromEntries(plain), name, message, stack } };
}

/** What a task threw, as it was. */
export function thrownValue(thrown: unknown, fields: ErrorFields | null): unknown {
  if (fields === null) return thrown;
  const error = isNativeError(thrown) ? thrown : new Error();
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(error, name, { value, enumerable: !OWN.has(name), writable: true, configurable: true });
  }
  return error;
}

/** What every error has, and a listing of its fields leaves out. */
const OWN: ReadonlySet<string> = new Set(['name', 'message', 'stack']);

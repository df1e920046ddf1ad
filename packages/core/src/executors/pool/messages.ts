// What a pool and its workers say to each other. Each run has a number, so that what comes late is told from what counts.
import type { TaskModule } from '../../jobs/task.ts';
import type { RunInfo } from '../current-run.ts';
import { type ErrorFields, errorFields, errorFromFields } from '../error-fields.ts';

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

interface WireReason {
  readonly reason: Error;
  readonly fields: ErrorFields;
}

/** A signal's reason as a worker gets it. */
export function wireReason(reason: unknown): WireReason {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  return { reason: new Error(error.message), fields: errorFields(error) };
}

/** What a task threw, as it was. */
export function thrownValue(thrown: unknown, fields: ErrorFields | null): unknown {
  return fields === null ? thrown : errorFromFields(fields, thrown);
}

// Which field of a form an error is about.
import { ApiError, messageOf } from '../data/api.ts';
import { DraftError } from './job-draft.ts';

/** What is wrong with a field. */
export interface Fault {
  /** Last part of its name: `delay` of `retry.delay`. '' = it is about none. */
  readonly field: string;
  readonly message: string;
}

/** The fault that an error names. */
export function faultOf(error: unknown): Fault {
  const field = error instanceof DraftError ? error.field : error instanceof ApiError ? error.problem?.field : '';
  return { field: field?.split('.').at(-1) ?? '', message: messageOf(error) };
}

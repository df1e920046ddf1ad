// What a run has to say besides how it ended: how far it is, and what its task returned, as the texts that stores keep.
import { InvalidOptionError, UnserializableArgumentsError } from '../errors.ts';
import { decodeArguments, encodeArguments } from './arguments.ts';
import { storable } from './task.ts';

/** How far a run has come. */
export interface RunProgress {
  /** From 0 to 1. */
  readonly fraction: number;
  /** For people; an empty string if there is none. */
  readonly text: string;
}

/** The longest text of a progress that is kept, in characters. */
const MAX_PROGRESS_TEXT = 500;

/** The longest text that a result may come to, in characters. */
const MAX_RESULT_LENGTH = 65_536;

/** @throws InvalidOptionError if it is no fraction or no text */
export function checkedProgress(fraction: unknown, text: unknown = ''): RunProgress {
  if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
    throw new InvalidOptionError('fraction', fraction, 'a number from 0 to 1');
  if (typeof text !== 'string') throw new InvalidOptionError('text', text, 'a string');
  return { fraction, text: storable(shortened(text, MAX_PROGRESS_TEXT)) };
}

/** A progress as it is kept. */
export function encodeProgress({ fraction, text }: RunProgress): string {
  return JSON.stringify({ fraction, text });
}

/** A progress as it was kept; null for what is none, made by another program. */
export function decodeProgress(kept: string | null): RunProgress | null {
  const value = parsed(kept);
  if (typeof value !== 'object' || value === null) return null;
  const { fraction, text }: { fraction?: unknown; text?: unknown } = value;
  return typeof fraction === 'number' && typeof text === 'string' ? { fraction, text } : null;
}

/** What stands before the reason why a result was not kept: no result begins with it. */
const NOT_KEPT = '!';

/** A result as it is kept: what arguments may be, and not too long; or the reason why it is not. Never throws. */
export function encodeResult(result: unknown): string {
  try {
    const text = encodeArguments([result]);
    if (text.length <= MAX_RESULT_LENGTH) return text;
    return `${NOT_KEPT}it comes to ${text.length} characters, at most ${MAX_RESULT_LENGTH} are kept`;
  } catch (error) {
    const isNoData = error instanceof UnserializableArgumentsError;
    return `${NOT_KEPT}${isNoData ? storable(error.message.replace(/^args(\[0\])?/, 'it')) : 'it cannot be read'}`;
  }
}

/** What was kept of a result: it, or why it was not kept. */
export interface KeptResult {
  /** Undefined where none was kept. */
  readonly result: unknown;
  /** Why what the task returned was not kept; null otherwise. */
  readonly resultError: string | null;
}

const NO_RESULT: KeptResult = Object.freeze({ result: undefined, resultError: null });

/** A result as it was kept. */
export function decodeResult(kept: string | null): KeptResult {
  if (kept === null) return NO_RESULT;
  if (kept.startsWith(NOT_KEPT)) return { result: undefined, resultError: kept.slice(NOT_KEPT.length) };
  try {
    return { result: decodeArguments(kept)[0], resultError: null };
  } catch {
    return { result: undefined, resultError: 'what is kept of it cannot be read' };
  }
}

/** The text, cut where it is too long. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** What JSON says; null for what is none. */
export function parsed(json: string | null): unknown {
  if (json === null) return null;
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

// Runs as JSON.
import type { Run } from '@sched/core';
import type { Context } from '../route.ts';
import type * as json from '../types.ts';
import { toJson } from './values.ts';

/** A run as a mark in a strip. */
export function runGlance(run: Run, now: number): json.RunGlance {
  const { id, state, reason, lateMs } = run;
  return { id, state, reason, fireTime: run.fireTime.toISOString(), lateMs, durationMs: durationMs(run, now) };
}

/** A run in a list: of its error the first line. */
export function runJson(context: Context, run: Run): json.Run {
  return { ...common(context, run), error: firstLine(redactedText(context, run, 'error', run.error)) };
}

/** A run with its attempts, its error and its log. */
export function runDetail(context: Context, run: Run): json.RunDetail {
  const isEnded = run.outcome !== null;
  return {
    ...common(context, run),
    error: redactedText(context, run, 'error', run.error),
    attempts: run.attempts.map(({ number, startedAt, finishedAt, outcome, error, owner }) => ({
      number,
      startedAt: startedAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
      outcome,
      error: redactedText(context, run, 'error', error),
      owner,
    })),
    log: run.log.map(({ at, attempt, message }) => ({
      at: at.toISOString(),
      attempt,
      message: redactedText(context, run, 'log', message) ?? '',
    })),
    ...(run.result === undefined
      ? {}
      : { result: toJson(context.redact(run.result, { kind: 'result', jobId: run.jobId, task: run.task })) }),
    resultError: run.resultError,
    canCancel: !isEnded,
    canRetry: isEnded && RETRYABLE.includes(run.state),
  };
}

/** How a run has to have ended to be tried again. */
const RETRYABLE: readonly json.RunState[] = ['failed', 'timed-out', 'lost', 'missed', 'skipped', 'cancelled'];

function common(context: Context, run: Run): Omit<json.Run, 'error'> {
  const { id, jobId, jobName, jobStore, task, executor, state, reason, lateMs, attempt, coalesced, owner } = run;
  return {
    ...{ id, jobId, jobName, jobStore, task, executor, state, reason, lateMs, attempt, coalesced, owner },
    fireTime: run.fireTime.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    durationMs: durationMs(run, context.clock.now()),
    progress:
      run.progress === null
        ? null
        : {
            fraction: run.progress.fraction,
            text: redactedText(context, run, 'progress', run.progress.text ?? null),
          },
  };
}

function durationMs({ startedAt, finishedAt }: Run, now: number): number | null {
  return startedAt === null ? null : Math.max(0, (finishedAt?.getTime() ?? now) - startedAt.getTime());
}

type TextKind = 'error' | 'log' | 'progress';

/** The text with its secrets hidden. */
export function redactedText(
  { redact }: Pick<Context, 'redact'>,
  { jobId, task }: Pick<Run, 'jobId' | 'task'>,
  kind: TextKind,
  text: string | null,
): string | null {
  return text === null ? null : String(redact(text, { kind, jobId, task }));
}

/** Up to the end of its line, and not too much of that. */
export function firstLine(text: string | null): string | null {
  return text === null ? null : (text.split('\n', 1)[0] ?? '').slice(0, 500);
}

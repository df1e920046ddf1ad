// Tasks for the tests of pools, as a user would write them in a module.
import { threadId } from 'node:worker_threads';

/** What `currentRun()` answers: the sources of this package cannot be imported where Node does not read TypeScript. */
const currentRun = () => globalThis[Symbol.for('@sched/current-run')]?.getStore()?.run;

/** Which worker it is. */
export const whoAmI = () => `${process.pid}/${threadId}`;

export const echo = (...args) => args;

/** Everything a task may know of its run. */
export function describeRun() {
  const { signal, log, progress, ...data } = currentRun();
  return { ...data, isAborted: signal.aborted };
}

/** Holds its thread for ever. */
export function block() {
  currentRun().log('blocking');
  for (;;);
}

/** Ends when its signal aborts. */
export function wait() {
  const { signal, log } = currentRun();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason.name));
    log('waiting');
  });
}

/** Takes its worker down in the first attempt. */
export function endOnce() {
  if (currentRun().attempt === 1) process.exit(9);
  return 'made good';
}

export const notAFunction = 42;

export function logAfterEnd() {
  const { log } = currentRun();
  setImmediate(() => log('too late'));
}

/** Throws an error with a field and a cause, or one that no text can be made of. */
export function failRichly() {
  throw Object.assign(new RangeError('no', { cause: new Error('why') }), { code: 'E_RICH', status: 503 });
}

export function failStrangely() {
  throw Object.assign(new Error('strange'), { message: { toString: 1 }, detail: () => {} });
}

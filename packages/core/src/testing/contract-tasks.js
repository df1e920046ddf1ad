// The tasks of the executor contract. Plain JavaScript that imports nothing of this package, so that workers can run it as
// it stands, in another thread or process.
import { stat } from 'node:fs/promises';
import process from 'node:process';

/** What `currentRun()` answers, whichever copy of the package runs the task. */
const currentRun = () => globalThis[Symbol.for('@sched/current-run')]?.getStore()?.run;

export const echo = (...args) => args;

export async function echoLater(value) {
  await stat('.');
  return value;
}

export function fail(message) {
  throw Object.assign(new TypeError(String(message)), { code: 'E_CONTRACT' });
}

export async function failLater(message) {
  await stat('.');
  fail(message);
}

export function throwText(text) {
  throw text;
}

export async function throwTextLater(text) {
  await stat('.');
  throw text;
}

export const hang = () => new Promise(() => {});

export async function describeRun() {
  await stat('.');
  const run = currentRun();
  return run === undefined ? null : { runId: run.runId, attempt: run.attempt, fireTime: run.fireTime.getTime() };
}

export async function logTwice(first, second) {
  currentRun()?.log(first);
  await stat('.');
  currentRun()?.log(second);
}

export async function tellProgress(steps) {
  for (let step = 0; step < steps; step++) currentRun()?.progress(step / steps, `step ${step}`);
  await stat('.');
  currentRun()?.progress(1, 'done');
}

export const tellWrongProgress = () => currentRun()?.progress(2);

export function heedSignal() {
  const run = currentRun();
  return new Promise((_, reject) => {
    run?.signal.addEventListener('abort', () => {
      run.log(`heard: ${run.signal.reason.message}`);
      reject(run.signal.reason);
    });
    run?.log('waiting');
  });
}

export const answerFunction = () => () => 'no data';

export function endWorker(code) {
  process.exit(code);
}

export function throwOutside(message) {
  queueMicrotask(() => {
    throw new Error(String(message));
  });
  return new Promise(() => {});
}

export function exhaustMemory() {
  const kept = [];
  for (;;) kept.push(new Array(10_000).fill(kept.length).map((value) => ({ value })));
}

export function block() {
  currentRun()?.log('blocking');
  for (;;);
}

export const killWorker = () => process.kill(process.pid, 'SIGKILL');

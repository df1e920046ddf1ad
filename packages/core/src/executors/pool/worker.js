// What runs in a worker, a thread or a process: tasks, one after the other, for the pool at the other end. Plain
// JavaScript that imports nothing of this package, so that Node can start it as it stands, in the sources and in a build.
import { AsyncLocalStorage } from 'node:async_hooks';
import process from 'node:process';
import { parentPort } from 'node:worker_threads';

const STORAGE = Symbol.for('@sched/current-run');
/** The one that `currentRun()` asks, whichever copy of the package the task's module has imported. */
globalThis[STORAGE] ??= new AsyncLocalStorage();

/** Throws what is no data. That the pool is gone is heard elsewhere. */
const send = parentPort ? (message) => parentPort.postMessage(message) : (message) => process.send(message, () => {});

/** The run in execution: its number, and what aborts its signal. */
let current = null;

async function execute({ n, module, args, run }) {
  const abort = new AbortController();
  current = { n, abort };
  const log = (text) => send({ type: 'log', n, text: String(text) });
  const { progress, sendLast } = progressOf(n);
  const info = { ...run, signal: abort.signal, log, progress };
  try {
    const task = await importTask(module);
    const result = await globalThis[STORAGE].run({ run: info }, () => task(...args));
    sendLast();
    sendResult(n, result);
  } catch (thrown) {
    sendLast();
    sendThrown(n, thrown);
  }
}

/** How often a worker tells of progress, at most, in milliseconds: a task may speak of it at every turn of a loop. */
const PROGRESS_EVERY_MS = 100;

// The scheduler's clock is in another thread or process, and clock.ts nothing that could be imported here.
// biome-ignore lint/plugin: see above
const monotonic = () => performance.now();
// biome-ignore lint/style/noRestrictedGlobals: see above
const later = (call, delayMs) => setTimeout(call, delayMs);

/** Tells the pool how far a run is: what was said last, now or soon. */
function progressOf(n) {
  let sentAt = Number.NEGATIVE_INFINITY;
  let unsent = null;
  let timer = null;
  const sendLast = () => {
    clearTimeout(timer);
    timer = null;
    if (unsent === null) return;
    sentAt = monotonic();
    send({ type: 'progress', n, ...unsent });
    unsent = null;
  };
  const progress = (fraction, text = '') => {
    if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1))
      throw new TypeError(`fraction: expected a number from 0 to 1, got ${textOf(fraction)}`);
    unsent = { fraction, text: String(text) };
    if (monotonic() - sentAt >= PROGRESS_EVERY_MS) return sendLast();
    // A timer does not fire in a loop that blocks, but in one that waits.
    timer ??= later(sendLast, PROGRESS_EVERY_MS);
  };
  return { progress, sendLast };
}

function sendResult(n, result) {
  try {
    send({ type: 'returned', n, result });
  } catch (error) {
    sendThrown(n, new TypeError(`the result cannot leave the worker, because it is no plain data: ${error.message}`));
  }
}

function sendThrown(n, thrown) {
  try {
    send({ type: 'threw', n, thrown, fields: fieldsOf(thrown) });
  } catch {
    send({ type: 'threw', n, thrown: textOf(thrown), fields: fieldsOf(thrown) });
  }
}

/** What a copy of an error loses: its name, and fields such as `code`. Null for what is no error. */
function fieldsOf(thrown) {
  if (!(thrown instanceof Error)) return null;
  try {
    const plain = Object.entries(thrown).filter(([, value]) => PLAIN.has(typeof value));
    const { name, message, stack } = thrown;
    return { ...Object.fromEntries(plain), name: String(name), message: String(message), stack: String(stack) };
  } catch {
    return { name: 'Error', message: textOf(thrown) };
  }
}

const PLAIN = new Set(['string', 'number', 'boolean', 'bigint']);

/** A task may throw anything, also what has no text. */
function textOf(thrown) {
  try {
    return String(thrown);
  } catch {
    return 'something without a text';
  }
}

/** The function of a module. A CommonJS module may have been compiled to keep its default export one level further down. */
async function importTask({ url, export: name }) {
  const found = await import(url);
  const task = [found[name], found.default?.[name]].find((candidate) => typeof candidate === 'function');
  if (task === undefined) throw new TypeError(`${url} exports no function as '${name}'`);
  return task;
}

function onMessage(message) {
  if (message.type === 'run') void execute(message);
  // An abort may have crossed with the end of its run.
  else if (current?.n === message.n) {
    current.abort.abort(Object.assign(message.reason ?? new Error(), message.fields));
  }
}

if (parentPort) {
  parentPort.on('message', onMessage);
  // What cannot be read may have been a run: it ends with this worker.
  parentPort.on('messageerror', (error) => {
    throw error;
  });
} else {
  process.on('message', onMessage);
  // The pool is gone, and with it whoever would hear of the run.
  process.on('disconnect', () => process.exit());
  // Ctrl-C and service managers signal the whole group: ending is the pool's to decide, which lets runs finish.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  process.on('uncaughtExceptionMonitor', (error) => {
    send({ type: 'crashed', text: error instanceof Error ? error.message : textOf(error) });
  });
}

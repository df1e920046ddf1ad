// Starts programs with their output in a log, and ends them with all their descendants, by process id.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const GONE_WITHIN_MS = 30_000;
const started = new Set();

/**
 * Starts a program; `user` is `{ uid, gid }` where it must not run as this one.
 * `ended` resolves, never rejects, to how it ended, in words.
 */
export function launch({ program, args, env = {}, user = {} }, { directory, log }) {
  const output = openSync(log, 'a');
  const options = { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', output, output], ...user };
  const child = spawn(program, args, options);
  closeSync(output);
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
  });
  const launched = { pid: child.pid, ended, isRunning: true };
  started.add(launched);
  void ended.then(() => {
    launched.isRunning = false;
    started.delete(launched);
  });
  return launched;
}

/** Runs a program to its end; throws where that is not exit code 0. */
export async function runToEnd(command, place) {
  const how = await launch(command, place).ended;
  if (how !== 'exit code 0') throw new Error(`${command.program} ended with ${how}`);
}

/** Kills a process and its descendants at once, as a power cut would; resolves when all of them are gone. */
export async function killTree({ pid, isRunning, ended }) {
  // Another process may have the number of one that has ended.
  if (!isRunning || pid === undefined) return;
  const pids = [pid, ...descendants(pid)];
  // The parent first: it must not replace the children it loses.
  for (const each of pids) send(each, 'SIGKILL');
  await ended;
  const giveUpAt = performance.now() + GONE_WITHIN_MS;
  while (processTable().some((it) => pids.includes(it.pid) && !it.isDead) && performance.now() < giveUpAt)
    await sleep(10);
}

/** Kills whatever `launch` started that still runs. */
export const killAll = () => Promise.all([...started].map(killTree));

/** Sends a signal to a process that may be gone already. */
export function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function descendants(pid) {
  const table = processTable();
  const found = [pid];
  for (const parent of found) found.push(...table.filter((it) => it.parent === parent).map((it) => it.pid));
  return found.slice(1);
}

/** Every process: `{ pid, parent, isDead }`; a dead one waits for its parent to ask how it ended. */
function processTable() {
  return process.platform === 'linux' ? linuxProcesses() : otherProcesses();
}

/** Read from /proc, since small installations have no `ps`. */
function linuxProcesses() {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const [state, parent] = afterName(pid);
    return state === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), isDead: 'ZX'.includes(state) }];
  });
}

/** The fields of /proc/PID/stat behind the program's name, which may hold blanks and parentheses itself. */
function afterName(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  } catch {
    return [];
  }
}

function otherProcesses() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), isDead: state.startsWith('Z') };
  });
}

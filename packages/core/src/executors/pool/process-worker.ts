// A worker that is a process of its own.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PoolSettings } from './options.ts';
import { type StartWorker, WORKER_FILE } from './worker-handle.ts';

/** What starts processes with these settings. */
export function processStarter({ maxMemory, execArgv }: PoolSettings): StartWorker {
  const flags = [
    ...(execArgv ?? inheritedFlags(process.execArgv)),
    ...(maxMemory ? [`--max-old-space-size=${maxMemory}`] : []),
  ];
  return ({ onMessage, onEnd }) => {
    const child = fork(fileURLToPath(WORKER_FILE), { execArgv: flags, serialization: 'advanced' });
    let reason: string | null = null;
    let isEnded = false;
    const end = (how: string) => {
      if (!isEnded) onEnd(reason ?? how);
      isEnded = true;
    };
    child.on('message', (message: Parameters<typeof onMessage>[0]) => {
      if (message.type === 'crashed') reason = message.text;
      onMessage(message);
    });
    child.on('error', (error) => {
      // Later ones are messages that met its end.
      if (child.pid === undefined) end(`it cannot be started: ${error.message}`);
    });
    child.on('exit', (code, signal) => {
      const how =
        signal === null ? `it ended with exit code ${code}` : (SIGNALS[signal] ?? `it was ended by ${signal}`);
      // What it said last may still be on its way.
      if (child.connected) child.once('disconnect', () => end(how));
      else end(how);
    });
    return {
      // The end of a process is told by its exit, not by a message that does not reach it.
      send: (message) => void child.send(message, () => {}),
      kill: () => void child.kill('SIGKILL'),
      hold(isHeld) {
        const change = isHeld ? 'ref' : 'unref';
        child[change]();
        child.channel?.[change]();
      },
    };
  };
}

const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: 'it was killed (SIGKILL), by hand or because the machine ran out of memory',
  SIGABRT: 'it aborted (SIGABRT), as Node does when the heap is full: see maxMemory',
};

/** Node's flags of this process without those that are for it alone: its program text, its tests, its debugger's port. */
function inheritedFlags(flags: readonly string[]): string[] {
  const takesText = (flag: string | undefined) => flag !== undefined && /^(-e|-p|-pe|--eval|--print)$/.test(flag);
  return flags.filter((flag, at) => !takesText(flag) && !takesText(flags[at - 1]) && !OWN_FLAGS.test(flag));
}

const OWN_FLAGS = /^--(inspect|input-type|eval=|print=|test|watch|debug-port)/;

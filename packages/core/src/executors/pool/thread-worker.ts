// A worker that is a thread of this process.
import { Worker as Thread } from 'node:worker_threads';
import type { PoolSettings } from './options.ts';
import { type StartWorker, WORKER_FILE } from './worker-handle.ts';

/** What starts threads with these settings. */
export function threadStarter({ maxMemory, execArgv = inheritedFlags() }: PoolSettings): StartWorker {
  return ({ onMessage, onEnd }) => {
    const thread = new Thread(WORKER_FILE, {
      ...(execArgv && { execArgv: [...execArgv] }),
      ...(maxMemory && { resourceLimits: { maxOldGenerationSizeMb: maxMemory } }),
    });
    let reason: string | null = null;
    thread.on('message', onMessage);
    thread.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    thread.on('messageerror', (error) => {
      reason = `it sent what cannot be read: ${error.message}`;
      void thread.terminate();
    });
    thread.on('exit', (code) => onEnd(reason ?? `it ended with exit code ${code}`));
    return {
      send: (message) => thread.postMessage(message),
      kill: () => void thread.terminate(),
      hold: (isHeld) => (isHeld ? thread.ref() : thread.unref()),
    };
  };
}

/** Undefined: all of this process's. A thread does not start under those for a program that is text. */
function inheritedFlags(): readonly string[] | undefined {
  return process.execArgv.some((flag) => flag.startsWith('--input-type')) ? [] : undefined;
}

// Several processes of the program, which share its port and its jobs; one that dies is replaced.
import cluster, { type Worker } from 'node:cluster';
import type { Settings } from './arguments.ts';
import { say } from './log.ts';

/** Starts the replicas and holds the process until they have ended. */
export function runReplicas({ replicas, seconds }: Settings): void {
  const names = new Map<Worker, number>();
  const served = new Set<Worker>();
  let isStopping = false;

  const start = (name: number) => {
    names.set(cluster.fork({ REPLICA: `${name}` }), name);
  };
  const stop = (why: string) => {
    if (isStopping) return;
    isStopping = true;
    say('stop', `${why}: no more requests, nothing new starts, what executes may take up to 10 s`);
    for (const worker of names.keys()) if (worker.isConnected()) worker.send('stop');
  };

  cluster.on('listening', (worker) => served.add(worker));
  cluster.on('exit', (worker, code, signal) => {
    const name = names.get(worker) ?? 0;
    names.delete(worker);
    if (isStopping) return;
    // One that cannot even begin would be started for ever.
    if (served.delete(worker) || signal !== null) {
      say('replace', `replica ${name}, process ${worker.process.pid}: ended by ${signal ?? `itself with ${code}`}`);
      return start(name);
    }
    process.exitCode = 1;
    stop(`replica ${name} could not start`);
  });
  // Once: a second one ends the program, and the replicas with it, at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  if (seconds !== null) setTimeout(() => stop(`${seconds} s are over`), seconds * 1000).unref();
  for (let name = 1; name <= replicas; name++) start(name);
}

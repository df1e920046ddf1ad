// Starts the process that holds a run's servers, and asks it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Refusal } from '../steps.mjs';

/** Starts a host: `path` is the socket it listens on, `ask` sends one request and resolves to its answer, `end` ends it with all its servers. */
export async function startHost() {
  const program = join(import.meta.dirname, 'host.mjs');
  // Detached, so that Ctrl-C does not reach it: it ends when its standard input does.
  const host = spawn(process.execPath, [program], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(host, 'exit');
  const path = await Promise.race([firstLine(host.stdout), ended.then(() => undefined)]);
  if (path === undefined) throw new Refusal('The process that is to hold the servers of this run did not start.');
  const end = async () => {
    host.stdin.end();
    await ended;
  };
  return { path, ask: (request) => ask(path, request), end };
}

async function ask(path, request) {
  const socket = connect(path);
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    const { value, error } = JSON.parse(await firstLine(socket));
    if (error !== undefined) throw new Refusal(error);
    return value;
  } finally {
    socket.destroy();
  }
}

async function firstLine(input) {
  const [line] = await once(createInterface({ input }), 'line');
  return line;
}

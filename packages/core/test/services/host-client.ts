// Asks the process that holds the run's servers (tooling/services/host.mjs): a line of JSON each way.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

type Reply = { readonly id: number; readonly value?: unknown; readonly error?: string };
type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void };

const waiting = new Map<number, Waiting>();
let connection: Promise<Socket> | undefined;
let lastId = 0;

/** Sends a request and resolves to its answer; rejects with what went wrong in the host. */
export async function askHost<Answer>(request: Readonly<Record<string, unknown>>): Promise<Answer> {
  connection ??= open();
  const socket = await connection;
  const id = ++lastId;
  const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
  // Only a request that waits for its answer keeps the process alive.
  socket.ref().write(`${JSON.stringify({ ...request, id })}\n`);
  try {
    return (await answer) as Answer;
  } finally {
    waiting.delete(id);
    if (waiting.size === 0) socket.unref();
  }
}

async function open(): Promise<Socket> {
  const path = process.env['SCHED_TEST_SERVICES'];
  if (path === undefined) throw new Error('Tests that use servers run by `npx vitest run` in the top directory.');
  const socket = connect(path);
  await once(socket, 'connect');
  createInterface({ input: socket }).on('line', (line) => settle(JSON.parse(line) as Reply));
  socket.on('error', fail).on('close', () => fail(new Error('The process that holds the servers is gone.')));
  return socket;
}

function settle({ id, value, error }: Reply): void {
  if (error === undefined) waiting.get(id)?.resolve(value);
  else waiting.get(id)?.reject(new Error(error));
}

function fail(error: Error): void {
  for (const { reject } of waiting.values()) reject(error);
}

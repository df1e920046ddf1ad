// What the tests stand on: both versions of Express, a scheduler on a virtual clock, and servers that are closed after each test.
import { once } from 'node:events';
import { Agent, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BackgroundScheduler } from '@sched/background';
import { VirtualClock } from '@sched/core/testing';
import express5 from 'express';
import express4 from 'express4';
import { afterEach } from 'vitest';

/** Each version that is served. */
export const VERSIONS = [
  ['Express 4', express4],
  ['Express 5', express5],
] as const;

const opened: { server: Server; agent: Agent }[] = [];
afterEach(() => {
  for (const { server, agent } of opened.splice(0)) {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  }
});

/** Listens on a free port of the loopback address; how to ask it, over one connection that is kept alive. */
export async function listening<Listening extends Server>(server: Listening) {
  if (server.address() === null) server.listen(0, '127.0.0.1');
  if (!server.listening) await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  opened.push({ server, agent });
  const begin = async (path = '/') => {
    const [response] = await once(get({ port, path, agent, host: '127.0.0.1' }), 'response');
    return response as IncomingMessage;
  };
  const ask = async (path = '/') => await textOf(await begin(path));
  return { server, port, agent, url: `http://127.0.0.1:${port}`, begin, ask };
}

/** The whole body of a response. */
export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return text;
}

/** A scheduler whose time stands still, and what it told. */
export function bench() {
  const clock = new VirtualClock();
  const scheduler = new BackgroundScheduler({ clock, logger: null });
  const told: string[] = [];
  scheduler.on('*', ({ type }) => told.push(type));
  return { clock, scheduler, told };
}

/** A promise to be kept by the test. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** What a promise has come to after a turn of the event loop. */
export async function standing(promise: Promise<unknown>): Promise<'pending' | 'settled'> {
  const turn = new Promise<'pending'>((resolve) => setImmediate(() => resolve('pending')));
  const settled = promise.then(
    () => 'settled' as const,
    () => 'settled' as const,
  );
  return await Promise.race([settled, turn]);
}

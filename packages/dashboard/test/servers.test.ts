// The servers that the dashboard is put behind.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import express from 'express';
import express4 from 'express4';
import { Hono } from 'hono';
import { describe } from 'vitest';
import { toNodeHandler } from '../src/node.ts';
import { type Serve, type Served, testServer } from './server-battery.ts';

async function listening(server: Server): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
}

const SERVERS: Readonly<Record<string, Serve>> = {
  'node:http': ({ handler }) => listening(createServer(toNodeHandler(handler))),
  'Express 5': ({ handler }, prefix) => listening(createServer(express().use(prefix || '/', toNodeHandler(handler)))),
  'Express 4': ({ handler }, prefix) => listening(createServer(express4().use(prefix || '/', toNodeHandler(handler)))),
  'Express 5 with parsed bodies': ({ handler }, prefix) =>
    listening(
      createServer(
        express()
          .use(express.json(), express.text())
          .use(prefix || '/', toNodeHandler(handler)),
      ),
    ),
  'Express 4 with parsed bodies, nested': ({ handler }, prefix) =>
    listening(
      createServer(
        express4()
          .use(express4.json())
          .use(prefix || '/', express4.Router().use(toNodeHandler(handler))),
      ),
    ),
  Hono: async ({ handler }, prefix) => {
    const app = new Hono();
    app.all(`${prefix}/*`, (context) => {
      const { incoming } = context.env as { incoming: { socket: { remoteAddress?: string } } };
      return handler(context.req.raw, { remoteAddress: incoming.socket.remoteAddress });
    });
    const server = await new Promise<Server>((resolve) => {
      const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made as Server));
    });
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: () => {
        server.closeAllConnections();
        return new Promise((resolve) => server.close(resolve));
      },
    };
  },
};

describe.each(Object.keys(SERVERS))('%s', (name) => testServer(SERVERS[name] as Serve));

// The stores that chaos is brought to, and the servers and networks they need.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canStart, startServer, type TcpProxy, tcpProxy } from '../../../../packages/core/test/services.ts';
import type { StoreAddress, StoreType } from '../../src/stores.ts';

/** A store with nothing in it, for one chaos. */
export interface Backend extends AsyncDisposable {
  /** Where the processes find it: behind the network that is disturbed. */
  readonly address: StoreAddress;
  /** Where it is found past that network. */
  readonly direct: StoreAddress;
  /** Null where there is none. */
  readonly server: { readonly network: TcpProxy; readonly restart: () => Promise<void> } | null;
}

/** The types of store, those that need a server with what can be had here. */
export const BACKENDS: readonly { readonly type: StoreType; readonly isThere: boolean }[] = [
  { type: 'sqlite', isThere: true },
  { type: 'postgres', isThere: await canStart('postgres') },
  { type: 'mysql', isThere: await canStart('mysql') },
  { type: 'redis', isThere: await canStart('redis') },
  { type: 'mongodb', isThere: await canStart('mongodb') },
];

/** Makes an empty store. */
export async function freshBackend(type: StoreType): Promise<Backend> {
  return type === 'sqlite' ? sqliteFile() : privateServer(type);
}

function sqliteFile(): Backend {
  const directory = mkdtempSync(join(tmpdir(), 'sched-chaos-store-'));
  const address = { type: 'sqlite', url: join(directory, 'jobs.sqlite') } as const;
  const dispose = async () => rmSync(directory, { recursive: true, force: true });
  return { address, direct: address, server: null, [Symbol.asyncDispose]: dispose };
}

async function privateServer(type: Exclude<StoreType, 'sqlite'>): Promise<Backend> {
  const server = await startServer(type);
  const network = await tcpProxy(server.port);
  return {
    address: { type, url: network.through(server.url) },
    direct: { type, url: server.url },
    server: { network, restart: inTurn(() => server.restart()) },
    async [Symbol.asyncDispose]() {
      await network.close();
      await server.stop();
    },
  };
}

/** Has each call wait for the one before: a server that is slow to start must not be killed before it has. */
function inTurn(act: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(act);
    return last;
  };
}

// The proxy disturbs a connection in the ways that it says, and in no other.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { canStart, freshName, startServer, type TcpProxy, tcpProxy } from '../services.ts';
import { openNotes } from './notes.ts';

let echo: Server;
let heard: string;
let proxy: TcpProxy;

beforeEach(async () => {
  heard = '';
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard += bytes.toString();
      socket.write(bytes);
    });
    socket.on('end', () => socket.end('bye'));
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await tcpProxy((echo.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.close();
  echo.close();
});

describe('a TCP proxy', () => {
  it('passes bytes both ways', async () => {
    const client = await open();
    expect(await exchange(client, 'hello')).toBe('hello');
    client.destroy();
  });

  it('passes what is sent last, and the end', async () => {
    const client = await open();
    client.end('last');
    const received: Buffer[] = [];
    for await (const bytes of client) received.push(bytes as Buffer);
    expect(Buffer.concat(received).toString()).toBe('lastbye');
  });

  it('passes more than its buffers hold, to a client that reads slowly', async () => {
    const client = await open();
    const sent = Buffer.alloc(8 * 1024 * 1024, 'x');
    client.end(sent);
    let count = 0;
    for await (const bytes of client) {
      count += (bytes as Buffer).length;
      if (count % 7 === 0) await new Promise(setImmediate);
    }
    expect(count).toBe(sent.length + 'bye'.length);
  });

  it('cuts all connections, and lets new ones in', async () => {
    const clients = [await open(), await open()];
    for (const client of clients) await exchange(client, 'x');
    expect(proxy.connectionCount).toBe(2);
    const errors = Promise.all(clients.map(broken));
    proxy.cut();
    expect(await errors).toEqual(['ECONNRESET', 'ECONNRESET']);
    const another = await open();
    expect(await exchange(another, 'again')).toBe('again');
    another.destroy();
  });

  it('refuses connections until it accepts them again, on the same port', async () => {
    const client = await open();
    const error = broken(client);
    await proxy.refuse();
    expect(await error).toBe('ECONNRESET');
    await expect(open()).rejects.toThrow('ECONNREFUSED');
    await proxy.accept();
    const another = await open();
    expect(await exchange(another, 'back')).toBe('back');
    another.destroy();
  });

  it('swallows bytes while connections stay open', async () => {
    const client = await open();
    await exchange(client, 'before');
    proxy.swallow();
    client.write('lost');
    const second = await open();
    second.write('lost too');
    await vi.waitFor(() => expect(proxy.lostByteCount).toBe('lostlost too'.length));
    proxy.pass();
    expect(await exchange(client, 'after')).toBe('after');
    expect(await exchange(second, 'new')).toBe('new');
    expect(heard).not.toContain('lost');
    client.destroy();
    second.destroy();
  });

  it('drops one reply and breaks its connection, though the server was asked', async () => {
    const client = await open();
    await exchange(client, 'kept');
    const error = broken(client);
    const dropped = proxy.dropReply();
    client.write('done?');
    await dropped;
    expect(await error).toBe('ECONNRESET');
    expect(heard).toBe('keptdone?');
    const another = await open();
    expect(await exchange(another, 'next')).toBe('next');
    another.destroy();
  });

  it('resets the client where the server is down', async () => {
    echo.close();
    const client = connect(proxy.port, '127.0.0.1');
    expect(await broken(client)).toBe('ECONNRESET');
  });

  it('frees its port', async () => {
    await proxy.close();
    await expect(open()).rejects.toThrow('ECONNREFUSED');
  });
});

// Not MongoDB: its client also asks for the server's state, all the time, and any of the answers may be the one that is lost.
for (const kind of ['redis', 'postgres', 'mysql'] as const) {
  const isPossible = await canStart(kind);

  it.skipIf(!isPossible)(
    `a dropped reply of ${kind} hides a write that was done`,
    async () => {
      await using server = await startServer(kind);
      await using network = await tcpProxy(server.port);
      const name = freshName();
      const notes = await openNotes(network.through(server.url), name);
      await notes.add('confirmed');
      const dropped = network.dropReply();
      await expect(notes.add('unconfirmed')).rejects.toThrow();
      await dropped;
      const direct = await openNotes(server.url, name);
      expect(await direct.all()).toEqual(['confirmed', 'unconfirmed']);
      await direct.close();
    },
    120_000,
  );
}

it.skipIf(!(await canStart('mongodb')))(
  'MongoDB stays behind the proxy',
  async () => {
    await using server = await startServer('mongodb');
    await using network = await tcpProxy(server.port);
    const notes = await openNotes(network.through(server.url), freshName());
    await notes.add('there');
    await network.refuse();
    await expect(notes.all()).rejects.toThrow();
    await network.accept();
    expect(await notes.all()).toEqual(['there']);
    await notes.close();
  },
  120_000,
);

async function open(): Promise<Socket> {
  const client = connect(proxy.port, '127.0.0.1');
  await once(client, 'connect');
  return client;
}

async function exchange(client: Socket, text: string): Promise<string> {
  client.write(text);
  const [bytes] = (await once(client, 'data')) as [Buffer];
  return bytes.toString();
}

async function broken(client: Socket): Promise<string | undefined> {
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
  return error.code;
}

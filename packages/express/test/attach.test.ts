// A scheduler and a server: they start together and end in order, with real connections and a clock that stands still.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer, get as getSecurely, Agent as SecureAgent } from 'node:https';
import { connect } from 'node:net';
import { currentRun } from '@sched/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attachScheduler, schedulerMiddleware } from '../src/index.ts';
import { bench, gate, listening, standing, textOf, VERSIONS } from './apps.ts';
import { GatedStore, RefusingStore } from './stores.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGUSR2'] as const;
const SERVER_EVENTS = ['listening', 'close', 'connection', 'request', 'error'] as const;

const listenersOf = (server: ReturnType<typeof createServer>) => [
  ...SERVER_EVENTS.map((event) => server.listenerCount(event)),
  ...SIGNALS.map((signal) => process.listenerCount(signal)),
];

let signalListeners: number[];
beforeEach(() => {
  signalListeners = SIGNALS.map((signal) => process.listenerCount(signal));
});
afterEach(() => {
  expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(signalListeners);
});

/** A server that answers each path as the table says, and otherwise with the path. */
const answering = (paths: { readonly [path: string]: RequestListener } = {}) =>
  createServer((request, response) => {
    const answer = paths[request.url ?? ''];
    if (answer === undefined) response.end(request.url);
    else answer(request, response);
  });

describe('the start', () => {
  test.each(VERSIONS)('comes when the server listens (%s)', async (_name, express) => {
    const { scheduler, told } = bench();
    const server = express().listen(0, '127.0.0.1');
    const attached = attachScheduler(server, scheduler);
    await listening(server);
    await attached.started;
    expect([scheduler.state, told]).toEqual(['running', ['scheduler:started']]);
    await attached.close();
  });

  test('does not come before the server listens', async () => {
    const { scheduler } = bench();
    const server = answering();
    const attached = attachScheduler(server, scheduler);
    expect([await standing(attached.started), scheduler.state]).toEqual(['pending', 'stopped']);
    await listening(server);
    await attached.started;
    expect(scheduler.state).toBe('running');
    await attached.close();
  });

  test('comes at once when the server listens already', async () => {
    const { scheduler } = bench();
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    expect(scheduler.state).toBe('starting');
    await attached.started;
    await attached.close();
  });

  test('is left out when the scheduler runs already', async () => {
    const { scheduler, told } = bench();
    await scheduler.start();
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    await attached.close();
    expect(told.filter((type) => type === 'scheduler:started')).toHaveLength(1);
    expect(scheduler.state).toBe('shutdown');
  });

  test('that fails is told, and the server can still be closed', async () => {
    const { scheduler } = bench();
    scheduler.configure({ jobStores: { default: new RefusingStore() } });
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await expect(attached.started).rejects.toThrow('the disk is gone');
    expect(scheduler.state).toBe('stopped');
    await attached.close();
    expect(server.listening).toBe(false);
  });

  test('of a scheduler that was shut down fails with what to do', async () => {
    const { scheduler } = bench();
    await scheduler.start();
    await scheduler.shutdown();
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await expect(attached.started).rejects.toMatchObject({ code: 'scheduler-state', message: /make a new one/ });
    await attached.close();
  });

  test('that failed is tried again by another attachment', async () => {
    const { scheduler } = bench();
    const store = new RefusingStore();
    scheduler.configure({ jobStores: { default: store } });
    const { server } = await listening(answering());
    const first = attachScheduler(server, scheduler);
    await expect(first.started).rejects.toThrow('the disk is gone');
    first.detach();
    store.refuses = false;
    const second = attachScheduler(server, scheduler);
    await second.started;
    expect(scheduler.state).toBe('running');
    await second.close();
  });

  test('that is under way when the server closes is waited for', async () => {
    const { opened, open } = gate();
    const { scheduler, told } = bench();
    scheduler.configure({ jobStores: { default: new GatedStore(opened) } });
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    const closing = attached.close();
    expect(await standing(closing)).toBe('pending');
    open();
    await Promise.all([closing, attached.started]);
    expect([scheduler.state, told]).toEqual(['shutdown', ['scheduler:started', 'scheduler:shutdown']]);
  });
});

describe('the end', () => {
  /** A run that goes on until the test lets it end. */
  async function executing(scheduler: ReturnType<typeof bench>['scheduler']) {
    const { opened, open } = gate();
    const begun = new Promise((resolve) => scheduler.on('run:started', resolve));
    await scheduler.addJob(() => opened, undefined, { id: 'long' });
    await begun;
    return { open };
  }

  test('server.close() calls back when what executes has ended', async () => {
    const { scheduler, told } = bench();
    const { server } = await listening(answering());
    await attachScheduler(server, scheduler).started;
    const { open } = await executing(scheduler);
    const closed = new Promise<unknown>((resolve) => server.close(resolve));
    await once(server, 'close');
    expect([await standing(closed), scheduler.state]).toEqual(['pending', 'stopping']);
    open();
    expect(await closed).toBeUndefined();
    expect(told.slice(-2)).toEqual(['run:succeeded', 'scheduler:shutdown']);
  });

  test('close() and closed come to the same, and twice is once', async () => {
    const { scheduler, told } = bench();
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    const second = new Promise<unknown>((resolve) => {
      void attached.close();
      server.close(resolve);
    });
    await Promise.all([attached.close(), attached.close(), attached.closed, second]);
    expect([server.listening, scheduler.state]).toEqual([false, 'shutdown']);
    expect(told.filter((type) => type === 'scheduler:shutdown')).toHaveLength(1);
    await attached.close();
  });

  test('requests under way are answered and can use the scheduler; nothing new starts meanwhile', async () => {
    const { scheduler, clock } = bench();
    const { opened, open } = gate();
    const server = answering({
      '/slow': async (_request, response) => {
        await opened;
        const job = await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'late' });
        response.end(job.id);
      },
    });
    const { ask, port } = await listening(server);
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    let runs = 0;
    await scheduler.addJob(() => runs++, 'interval', { seconds: 1, id: 'often' });
    await clock.advance(2000);
    const answer = ask('/slow');
    await once(server, 'request');
    const closing = attached.close();
    await clock.advance(5000);
    expect([runs, server.listening, await standing(closing)]).toEqual([2, false, 'pending']);
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
    open();
    expect(await answer).toBe('late');
    await closing;
    expect([scheduler.state, clock.waiting]).toEqual(['shutdown', 0]);
  });

  test('a connection that is kept alive does not hold it up', async () => {
    const { scheduler } = bench();
    const { server, ask } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    expect(await ask('/a')).toBe('/a');
    await attached.close();
    expect(await connections(server)).toBe(0);
  });

  test('a connection ends with the response it is busy with', async () => {
    const { scheduler } = bench();
    const { opened, open } = gate();
    const server = answering({
      '/stream': async (_request, response) => {
        response.write('begun, ');
        await opened;
        response.end('done');
      },
    });
    // A second request on the connection, or its timeout, would show.
    server.keepAliveTimeout = 600_000;
    const { begin } = await listening(server);
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    const response = await begin('/stream');
    const closing = attached.close();
    open();
    expect(await textOf(response)).toBe('begun, done');
    await closing;
    expect(await connections(server)).toBe(0);
  });

  test('a request that was on its way is answered, and its client told to open another connection for the next', async () => {
    const { scheduler } = bench();
    const { port, server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    let heard = '';
    socket.on('data', (text) => {
      heard += text;
    });
    const connected = once(server, 'connection');
    socket.write('GET /first HTTP/1.1\r\n');
    const [accepted] = await connected;
    while (accepted.bytesRead === 0) await new Promise((resolve) => setImmediate(resolve));
    const closing = attached.close();
    socket.write('Host: a\r\n\r\nGET /second HTTP/1.1\r\nHost: a\r\n\r\n');
    await closing;
    if (!socket.closed) await once(socket, 'close');
    expect(heard).toMatch(/^HTTP\/1.1 200 OK\r\nConnection: close\r\n[\s\S]*\/first$/);
  });

  test('a response that never ends is cut when the time for requests is over', async () => {
    const { scheduler, clock } = bench();
    const server = answering({ '/events': (_request, response) => void response.write('data: 1\n\n') });
    const { begin } = await listening(server);
    const attached = attachScheduler(server, scheduler, { requestTimeout: 3 });
    await attached.started;
    const response = await begin('/events');
    response.on('error', () => {});
    const closing = attached.close();
    await clock.advance(2999);
    expect(await standing(closing)).toBe('pending');
    await clock.advance(1);
    await closing;
    expect([await connections(server), scheduler.state, clock.waiting]).toEqual([0, 'shutdown', 0]);
  });

  test('so is one that began before the scheduler was attached', async () => {
    const { scheduler, clock } = bench();
    const server = answering({ '/events': (_request, response) => void response.write('data: 1\n\n') });
    const { begin } = await listening(server);
    const response = await begin('/events');
    response.on('error', () => {});
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    const closing = attached.close();
    await clock.advance(10_000);
    await closing;
    expect(await connections(server)).toBe(0);
  });

  /** A server that upgrades every connection it is asked to, and one that was. */
  function upgrading() {
    const server = answering().on('upgrade', (_request, socket) => {
      socket.on('error', () => {});
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n');
    });
    const upgraded = async (port: number) => {
      const socket = connect(port, '127.0.0.1');
      socket.write('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: chat\r\nConnection: Upgrade\r\n\r\n');
      await once(socket, 'data');
      return socket;
    };
    return { server, upgraded };
  }

  test('so is a connection that was upgraded', async () => {
    const { scheduler, clock } = bench();
    const { server, upgraded } = upgrading();
    const attached = attachScheduler(server, scheduler);
    const { port } = await listening(server);
    await attached.started;
    await upgraded(port);
    const closing = attached.close();
    await clock.advance(9999);
    expect(await standing(closing)).toBe('pending');
    await clock.advance(1);
    await closing;
    expect(await connections(server)).toBe(0);
  });

  test('one that was upgraded before the scheduler was attached is not waited for', async () => {
    const { scheduler, clock } = bench();
    const { server, upgraded } = upgrading();
    const { port } = await listening(server);
    const socket = await upgraded(port);
    const listeners = listenersOf(server);
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    const closing = attached.close();
    await clock.advance(10_000);
    await closing;
    expect([scheduler.state, await connections(server), listenersOf(server)]).toEqual(['shutdown', 1, listeners]);
    socket.destroy();
  });

  test('a run that never ends is left behind when its time is over, counted from the beginning of the end', async () => {
    const { scheduler, clock } = bench();
    const server = answering({
      '/slow': (_request, response) => void clock.setTimer(4000, () => response.end('slow')),
    });
    const { ask } = await listening(server);
    const attached = attachScheduler(server, scheduler, { shutdown: { timeout: 6 } });
    await attached.started;
    let signal: AbortSignal | undefined;
    await scheduler.addJob(() => {
      signal = currentRun()?.signal;
      return new Promise(() => {});
    });
    await clock.settle();
    const answer = ask('/slow');
    await once(server, 'request');
    const closing = attached.close();
    await clock.advance(4000);
    expect(await answer).toBe('slow');
    while (scheduler.state !== 'stopping') await clock.settle();
    await clock.advance(1999);
    expect([signal?.aborted, await standing(closing)]).toEqual([false, 'pending']);
    await clock.advance(1);
    await closing;
    expect([signal?.aborted, scheduler.state, clock.waiting]).toEqual([true, 'shutdown', 0]);
  });

  test('before the server ever listened leaves a scheduler that was not started', async () => {
    const { scheduler } = bench();
    const server = answering();
    const listeners = listenersOf(server);
    await attachScheduler(server, scheduler).close();
    expect([scheduler.state, listenersOf(server)]).toEqual(['stopped', listeners]);
  });

  test('a server that does not run says so, as ever', async () => {
    const { scheduler } = bench();
    const server = answering();
    const attached = attachScheduler(server, scheduler);
    const answer = await new Promise((resolve) => server.close(resolve));
    expect(answer).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' });
    expect(await standing(attached.closed)).toBe('settled');
  });

  test('a server that was closed behind its back takes the scheduler along', async () => {
    const { scheduler } = bench();
    const server = answering();
    const close = server.close.bind(server);
    await listening(server);
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    close();
    await attached.closed;
    expect(scheduler.state).toBe('shutdown');
  });

  test('a scheduler that its owner shuts down leaves the server alone', async () => {
    const { scheduler } = bench();
    const { server, ask } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    await scheduler.shutdown();
    expect(await ask('/a')).toBe('/a');
    await attached.close();
  });

  test('a scheduler that is paused stays so until it ends', async () => {
    const { scheduler, told } = bench();
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    await scheduler.pause();
    await attached.close();
    expect(told).toEqual(['scheduler:started', 'scheduler:paused', 'scheduler:shutdown']);
  });

  test('await using closes in order', async () => {
    const { scheduler } = bench();
    const { server } = await listening(answering());
    await attachScheduler(server, scheduler).started;
    await server[Symbol.asyncDispose]();
    expect(scheduler.state).toBe('shutdown');
  });
});

describe('signals', () => {
  test('of one’s choice end both, a second time it is the process that they end', async () => {
    const { scheduler } = bench();
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler, { signals: ['SIGUSR2'] });
    await attached.started;
    expect(process.listenerCount('SIGINT')).toBe(signalListeners[0]);
    process.emit('SIGUSR2', 'SIGUSR2');
    expect(process.listenerCount('SIGUSR2')).toBe(signalListeners[2]);
    await attached.closed;
    expect([server.listening, scheduler.state]).toEqual([false, 'shutdown']);
  });

  test('before the server listens do what they always do', async () => {
    const { scheduler } = bench();
    const server = answering();
    const attached = attachScheduler(server, scheduler);
    expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(signalListeners);
    await listening(server);
    expect(process.listenerCount('SIGTERM')).toBe(Number(signalListeners[1]) + 1);
    await attached.close();
  });

  test('none leaves them to the program', async () => {
    const { scheduler } = bench();
    const { server } = await listening(answering());
    const attached = attachScheduler(server, scheduler, { signals: [] });
    expect(SIGNALS.map((signal) => process.listenerCount(signal))).toEqual(signalListeners);
    await attached.close();
  });
});

describe('the tie', () => {
  test('attached again is the same attachment', async () => {
    const { scheduler } = bench();
    const server = answering();
    const attached = attachScheduler(server, scheduler);
    const early = listenersOf(server);
    expect(attachScheduler(server, scheduler)).toBe(attached);
    expect(listenersOf(server)).toEqual(early);
    await listening(server);
    await attached.started;
    const late = listenersOf(server);
    expect(attachScheduler(server, scheduler, { signals: ['SIGUSR2'] })).toBe(attached);
    expect(listenersOf(server)).toEqual(late);
    await attached.close();
  });

  test('detached, the server is as it was and the scheduler goes on', async () => {
    const { scheduler } = bench();
    const { server, ask } = await listening(answering());
    const before = [...listenersOf(server), server.close];
    const attached = attachScheduler(server, scheduler);
    await attached.started;
    attached.detach();
    expect([...listenersOf(server), server.close]).toEqual(before);
    expect(await ask('/a')).toBe('/a');
    await new Promise((resolve) => server.close(resolve));
    expect([scheduler.state, await standing(attached.closed)]).toEqual(['running', 'pending']);
    await scheduler.shutdown();
  });

  test('detached before the server listens, nothing is started', async () => {
    const { scheduler } = bench();
    const server = answering();
    const attached = attachScheduler(server, scheduler);
    attached.detach();
    await attached.started;
    await listening(server);
    expect(scheduler.state).toBe('stopped');
  });

  test('detached, it can be attached anew', async () => {
    const { scheduler } = bench();
    const { server } = await listening(answering());
    const first = attachScheduler(server, scheduler);
    await first.started;
    first.detach();
    const second = attachScheduler(server, scheduler);
    expect(second).not.toBe(first);
    await second.started;
    await second.close();
    expect(scheduler.state).toBe('shutdown');
  });

  test('50 times from start to end leaves no timer, no handle, no listener', async () => {
    const handles = () => process.getActiveResourcesInfo().filter((kind) => /Server|Socket|Timeout/.test(kind)).length;
    const { clock } = bench();
    const before = handles();
    for (let time = 0; time < 50; time++) {
      const { scheduler } = bench();
      scheduler.configure({ clock });
      const server = answering();
      const listeners = listenersOf(server);
      const attached = attachScheduler(server, scheduler);
      await listening(server);
      await attached.started;
      await attached.close();
      expect([listenersOf(server), clock.waiting]).toEqual([listeners, 0]);
    }
    await clock.settle();
    expect(handles()).toBeLessThanOrEqual(before);
  });

  test('a scheduler of two servers starts with the first and ends with the last', async () => {
    const { scheduler, told } = bench();
    const main = await listening(answering());
    const admin = await listening(answering());
    const attached = [main, admin].map(({ server }) => attachScheduler(server, scheduler));
    await Promise.all(attached.map(({ started }) => started));
    await attached[1]?.close();
    expect([scheduler.state, await main.ask('/a')]).toEqual(['running', '/a']);
    await attached[0]?.close();
    expect([scheduler.state, told]).toEqual([
      'shutdown',
      ['scheduler:started', 'scheduler:paused', 'scheduler:shutdown'],
    ]);
  });

  test('two servers that close at once end it once', async () => {
    const { scheduler, told } = bench();
    const servers = [await listening(answering()), await listening(answering())];
    const attached = servers.map(({ server }) => attachScheduler(server, scheduler));
    await Promise.all(attached.map(({ started }) => started));
    await Promise.all(attached.map((one) => one.close()));
    expect([scheduler.state, told.filter((type) => type === 'scheduler:shutdown')]).toEqual([
      'shutdown',
      ['scheduler:shutdown'],
    ]);
  });

  test('two schedulers of one server both end before it calls back', async () => {
    const [one, other] = [bench(), bench()];
    const { server } = await listening(answering());
    const { close } = server;
    const attached = [one, other].map(({ scheduler }) => attachScheduler(server, scheduler));
    await Promise.all(attached.map(({ started }) => started));
    await new Promise((resolve) => server.close(resolve));
    expect([one.scheduler.state, other.scheduler.state]).toEqual(['shutdown', 'shutdown']);
    await Promise.all(attached.map(({ closed }) => closed));
    expect(server.close).toBe(close);
  });

  test('the first of two detached, the second still ends in order', async () => {
    const [one, other] = [bench(), bench()];
    const { server } = await listening(answering());
    const attached = [one, other].map(({ scheduler }) => attachScheduler(server, scheduler));
    await Promise.all(attached.map(({ started }) => started));
    attached[0]?.detach();
    await new Promise((resolve) => server.close(resolve));
    expect([one.scheduler.state, other.scheduler.state]).toEqual(['running', 'shutdown']);
    await one.scheduler.shutdown();
  });
});

test('HTTPS is served as HTTP is', async () => {
  const { scheduler } = bench();
  // A shared key needs no certificate.
  const key = Buffer.from('f00d', 'hex');
  const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
  const server = createSecureServer({ ...tls, pskCallback: () => key }, (request, response) => {
    response.end(request.url);
  });
  const attached = attachScheduler(server, scheduler);
  const { port } = await listening(server);
  await attached.started;
  const agent = new SecureAgent({
    ...{ ...tls, keepAlive: true },
    pskCallback: () => ({ psk: key, identity: 'test' }),
    checkServerIdentity: () => undefined,
  });
  const [response] = await once(getSecurely({ port, agent, host: '127.0.0.1', path: '/secure' }), 'response');
  expect(await textOf(response)).toBe('/secure');
  await attached.close();
  expect([await connections(server), scheduler.state]).toEqual([0, 'shutdown']);
});

describe('what is wrong is refused, and nothing is tied', () => {
  test.each([
    [{ signal: 'SIGTERM' }, 'signal: expected one of the options signals, shutdown, requestTimeout, got "SIGTERM"'],
    [{ signals: ['SIGKILL'] }, 'signals: expected an array of signals such as SIGINT, SIGTERM, got ["SIGKILL"]'],
    [{ signals: 'SIGTERM' }, 'signals: expected an array of signals such as SIGINT, SIGTERM, got "SIGTERM"'],
    [{ shutdown: { wait: 'yes' } }, 'wait: expected true or false, got "yes"'],
    [{ requestTimeout: -1 }, 'requestTimeout: expected a duration that is not negative, got -1'],
    [null, 'options: expected an object with signals, shutdown, requestTimeout, got null'],
  ])('%j', (options, message) => {
    const { scheduler } = bench();
    const server = answering();
    const listeners = listenersOf(server);
    // @ts-expect-error -- the options of nobody's type
    expect(() => attachScheduler(server, scheduler, options)).toThrow(message);
    expect(listenersOf(server)).toEqual(listeners);
  });

  test.each(VERSIONS)('the app in the place of its server (%s)', (_name, express) => {
    const { scheduler } = bench();
    // @ts-expect-error -- an app is no server
    expect(() => attachScheduler(express(), scheduler)).toThrow(
      'server: expected an HTTP server, as app.listen() returns it',
    );
  });

  test('the middleware in the place of the scheduler', () => {
    const { scheduler } = bench();
    // @ts-expect-error -- middleware is no scheduler
    expect(() => attachScheduler(answering(), schedulerMiddleware(scheduler))).toThrow(/^scheduler: expected/);
  });
});

/** How many connections a server has open. */
function connections(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}

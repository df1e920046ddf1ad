// Ties a scheduler to the life of an HTTP server: they start together, and end in order.
import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { InvalidOptionError, type Scheduler } from '@sched/core';
import { type AttachOptions, type AttachSettings, attachSettings } from './attach-options.ts';
import { Connections } from './connections.ts';
import { type Ties, tiesOf } from './ties.ts';

/** A scheduler tied to a server. */
export interface SchedulerAttachment {
  /**
   * Resolves once the server listens and the scheduler has started, or when they part before that; rejects with what
   * `scheduler.start()` throws.
   */
  readonly started: Promise<void>;
  /** Resolves when both have come to their end, however that began. */
  readonly closed: Promise<void>;
  /**
   * Ends both in order, as `server.close()` and the signals do: no more connections and no new runs, then the answers to
   * requests under way, then the end of what executes. Twice is once.
   */
  close(): Promise<void>;
  /** Unties them: the server is as it was before, and the scheduler goes on until you shut it down. */
  detach(): void;
}

/**
 * Starts the scheduler when the server begins to listen, at once if it does already, and ends it with the server:
 * `server.close(callback)` calls back when the scheduler has drained. Attached again, it is the same attachment, with the
 * options it has. A scheduler of several servers starts with the first and ends with the last of them.
 *
 * @throws InvalidOptionError naming the option that is unknown or wrong.
 */
export function attachScheduler(
  server: Server,
  scheduler: Scheduler,
  options: AttachOptions = {},
): SchedulerAttachment {
  if (typeof server?.closeAllConnections !== 'function')
    throw new InvalidOptionError('server', server, 'an HTTP server, as app.listen() returns it');
  const settings = attachSettings(options);
  const ties = tiesOf(scheduler);
  return ties.attachments.get(server) ?? new Attachment(server, scheduler, ties, settings);
}

class Attachment implements SchedulerAttachment {
  readonly started: Promise<void>;
  readonly closed: Promise<void>;
  readonly #server: Server;
  readonly #scheduler: Scheduler;
  readonly #ties: Ties;
  readonly #settings: AttachSettings;
  readonly #connections: Connections;
  /** The server's own, or what somebody else has put in its place. */
  readonly #closeServer: Server['close'];
  readonly #settleStarted: (starting?: Promise<void>) => void;
  readonly #settleClosed: (closing: Promise<void>) => void;
  #closing: Promise<void> | null = null;
  #isTied = true;

  constructor(server: Server, scheduler: Scheduler, ties: Ties, settings: AttachSettings) {
    this.#server = server;
    this.#scheduler = scheduler;
    this.#ties = ties;
    this.#settings = settings;
    this.#connections = new Connections(server);
    this.#closeServer = server.close;
    const started = deferred();
    this.started = started.promise;
    this.#settleStarted = started.resolve;
    const closed = deferred();
    this.closed = closed.promise;
    this.#settleClosed = closed.resolve;
    this.#tie();
  }

  close(): Promise<void> {
    if (this.#closing === null) {
      this.#closing = this.#end();
      this.#settleClosed(this.#closing);
    }
    return this.#closing;
  }

  detach(): void {
    // What has begun to end can only end.
    if (this.#closing === null) this.#untie();
  }

  #tie(): void {
    const server = this.#server;
    this.#ties.add(server, this);
    server.close = this.#closeInOrder;
    // Not every way to close a server goes through its method.
    server.once('close', this.#onEnd);
    if (server.listening) this.#begin();
    else server.once('listening', this.#begin);
  }

  #untie(): void {
    const server = this.#server;
    this.#isTied = false;
    this.#ties.remove(server);
    this.#connections.release();
    // Whoever has replaced it since calls on to this one, which then steps aside.
    if (server.close === this.#closeInOrder) server.close = this.#closeServer;
    server.off('close', this.#onEnd);
    server.off('listening', this.#begin);
    this.#settleStarted();
    this.#ignoreSignals();
  }

  /** From then on the default of the signals applies again: a second one ends the process. */
  #ignoreSignals(): void {
    for (const signal of this.#settings.signals) process.off(signal, this.#onSignal);
  }

  /** Before the server listens there is nothing to end in order, and signals do what they always do. */
  readonly #begin = (): void => {
    for (const signal of this.#settings.signals) process.on(signal, this.#onSignal);
    this.#settleStarted(this.#ties.start());
  };

  readonly #onSignal = (): void => {
    // A worker of a cluster would else be kept alive by its channel to the primary.
    void this.close().then(() => cluster.worker?.disconnect());
  };

  readonly #onEnd = (): void => {
    void this.close();
  };

  /** In the place of `server.close`: calls back when the scheduler has drained, too. */
  readonly #closeInOrder = (callback?: (error?: Error) => void): Server => {
    const isOver = !this.#isTied || (this.#closing === null && !this.#server.listening);
    // The server itself says that it is not running.
    if (isOver) return this.#closeServer.call(this.#server, callback);
    this.close().then(() => callback?.(), callback);
    return this.#server;
  };

  async #end(): Promise<void> {
    const { clock } = this.#scheduler;
    const begunAt = clock.monotonic();
    this.#ignoreSignals();
    this.#ties.serving.delete(this.#server);
    // Others take what becomes due from here on; what executes here goes on, and requests can still use the scheduler.
    if (this.#ties.serving.size === 0 && this.#scheduler.state === 'running') void this.#scheduler.pause();
    await this.#endRequests();
    this.#untie();
    if (this.#ties.attachments.size > 0) return;
    const leftMs = Math.max(0, this.#settings.runsMs - (clock.monotonic() - begunAt));
    await this.#scheduler.shutdown({ timeout: { milliseconds: leftMs } });
  }

  /** Closes the server; resolves when its connections have ended, by themselves or because their time is over. */
  async #endRequests(): Promise<void> {
    const server = this.#server;
    const { clock } = this.#scheduler;
    if (!server.listening && this.#connections.size === 0) return;
    const ended = deferred();
    server.once('close', ended.resolve);
    const timer = clock.setTimer(
      this.#settings.requestsMs,
      () => {
        this.#connections.cut();
        // In vain for one that was upgraded before it could be followed: it is not waited for.
        ended.resolve(clock.turn());
      },
      true,
    );
    this.#connections.endWithResponse();
    if (server.listening) this.#closeServer.call(server);
    await ended.promise;
    timer.cancel();
    server.off('close', ended.resolve);
  }
}

/** A promise and how to settle it. */
function deferred() {
  let resolve: (value?: Promise<void>) => void = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

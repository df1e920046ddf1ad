// An open connection: commands and scripts with a time limit, and failures in our words.
import type { Clock } from '../../clock.ts';
import { SchedError } from '../../errors.ts';
import { isTimeout, type RedisClient, TIME_LIMIT_MS } from './client.ts';
import { TIME } from './scripts/read.ts';
import type { Script } from './scripts/script.ts';

/** What a connection is made of. */
export interface ConnectionParts {
  readonly client: RedisClient;
  /** Whether the client is the store's own, to be connected anew when it is stuck. */
  readonly isOwn: boolean;
  readonly clock: Clock;
  /** Whether the host's clock is the store's. */
  readonly goesByHost: boolean;
  /** What every key begins with. */
  readonly base: string;
}

export class RedisConnection {
  readonly client: RedisClient;
  readonly clock: Clock;
  readonly base: string;
  readonly #isOwn: boolean;
  readonly #goesByHost: boolean;
  #lastError: Error | null = null;
  readonly #noteError = (error: Error) => {
    this.#lastError = error;
  };

  constructor({ client, isOwn, clock, goesByHost, base }: ConnectionParts) {
    this.client = client;
    this.clock = clock;
    this.base = base;
    this.#isOwn = isOwn;
    this.#goesByHost = goesByHost;
    // Also so that ioredis does not write the errors of our client to the console.
    client.on('error', this.#noteError);
  }

  /** The time for a script: the host's, or an empty text where the script is to ask the server. */
  get time(): string {
    return this.#goesByHost ? String(this.clock.now()) : '';
  }

  /** The store's clock, in epoch ms. */
  async now(): Promise<number> {
    return this.#goesByHost ? this.clock.now() : Number(await this.run(TIME, [this.time]));
  }

  /** The name of a key. */
  key(name: string): string {
    return `${this.base}:${name}`;
  }

  /**
   * Sends a command. Its name is in lower case: older ioredis finds no keys in others, and a cluster goes by them.
   *
   * @throws SchedError `store-failure` if the server refuses, is away, or does not answer within 10 s.
   */
  command(name: string, args: (string | number)[]): Promise<unknown> {
    return this.#answered(() => this.client.call(name, args));
  }

  /** Runs a script, by its hash as long as the server knows it. Throws as {@link command}. */
  run(script: Script, args: readonly (string | number | Buffer)[]): Promise<unknown> {
    return this.#answered(async () => {
      try {
        return await this.client.call('evalsha', [script.sha, 1, this.base, ...args]);
      } catch (error) {
        if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
        return await this.client.call('eval', [script.lua, 1, this.base, ...args]);
      }
    });
  }

  /** Connects the store's own client. */
  async connect(): Promise<void> {
    if (this.client.status === 'wait') await this.#answered(() => this.client.connect());
  }

  /** Closes the store's own client; leaves one that was handed in as it was. */
  close(): void {
    if (this.#isOwn) this.client.disconnect();
    else this.client.off('error', this.#noteError);
  }

  /** The failure in our words. The server's messages hold no password; the URL might, and is left out. */
  #failure(thrown: unknown): SchedError {
    if (thrown instanceof SchedError) return thrown;
    if (!(thrown instanceof Error)) return new SchedError('store-failure', `Redis: ${String(thrown)}`);
    if (isTimeout(thrown)) return timeout(thrown);
    if (!isLoss(thrown)) return new SchedError('store-failure', `Redis: ${thrown.message}`, { cause: thrown });
    const reason = this.#lastError === null ? '' : `: ${this.#lastError.message}`;
    return new SchedError('store-failure', `Redis: there is no connection${reason}`, { cause: thrown });
  }

  async #answered(ask: () => Promise<unknown>): Promise<unknown> {
    try {
      return await (this.#isOwn ? ask() : this.#limited(ask));
    } catch (thrown) {
      // The other end may be gone without a word: our own client connects anew.
      if (this.#isOwn && isTimeout(thrown)) this.client.disconnect(true);
      throw this.#failure(thrown);
    }
  }

  /** The time limit for a client that may have none. */
  async #limited(ask: () => Promise<unknown>): Promise<unknown> {
    let giveUp = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      giveUp = () => reject(timeout());
    });
    const timer = this.clock.setTimer(TIME_LIMIT_MS, () => giveUp(), true);
    try {
      return await Promise.race([ask(), late]);
    } finally {
      timer.cancel();
    }
  }
}

function timeout(cause?: Error): SchedError {
  return new SchedError('store-failure', `Redis: no answer within ${TIME_LIMIT_MS / 1000} s`, { cause });
}

/** Whether an operation failed because the connection broke, or there was none. */
export function isConnectionLoss(thrown: unknown): boolean {
  return thrown instanceof SchedError && isLoss(thrown.cause);
}

function isLoss(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    (thrown.name === 'MaxRetriesPerRequestError' || /^Connection is closed/.test(thrown.message))
  );
}

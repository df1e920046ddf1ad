// Word to and from the other processes that something has changed, by a channel of the server.
import { Announcer } from '../server/announcer.ts';
import { ignoreErrors, letProcessEnd, type RedisClient } from './client.ts';
import type { RedisConnection } from './connection.ts';

export class News {
  readonly #connection: RedisConnection;
  readonly #channel: string;
  /** Whom to pass over: what this store says is no news to it. */
  readonly #sender: string;
  readonly #listeners = new Set<() => void>();
  readonly #announcer: Announcer;
  #subscriber: RedisClient | null = null;

  constructor(connection: RedisConnection, sender: string) {
    this.#connection = connection;
    this.#channel = connection.key('news');
    this.#sender = sender;
    this.#announcer = new Announcer(connection.clock, () => connection.command('publish', [this.#channel, sender]));
  }

  /** Tells the others: at once, and then once more for all that is told in the next 20 ms. Never throws. */
  announce(): void {
    this.#announcer.announce();
  }

  /** Calls back after each change by others, and whenever something may have been missed; answers how to stop. */
  listen(onChange: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    this.#subscriber ??= this.#subscribe();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#unsubscribe();
    };
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
    this.#unsubscribe();
    await this.#announcer.close();
  }

  #subscribe(): RedisClient {
    const { client } = this.#connection;
    // The driver would subscribe again by itself, and end the process where that fails; a cluster has no such option.
    const options = Reflect.get(client, 'isCluster') === true ? [] : [{ autoResubscribe: false }];
    const subscriber = client.duplicate(...options) as RedisClient;
    ignoreErrors(subscriber);
    letProcessEnd(subscriber);
    subscriber.on('message', (_channel: string, sender: string) => {
      if (sender !== this.#sender) this.#tell();
    });
    // Each new connection has to subscribe, and whatever was said before it did is lost.
    let isFirst = true;
    subscriber.on('ready', () => {
      const wasFirst = isFirst;
      isFirst = false;
      subscriber.call('subscribe', [this.#channel]).then(
        () => wasFirst || this.#tell(),
        () => undefined,
      );
    });
    if (subscriber.status === 'wait') subscriber.connect().catch(() => undefined);
    return subscriber;
  }

  #unsubscribe(): void {
    this.#subscriber?.disconnect();
    this.#subscriber = null;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

// A connection on which the messages of other processes are heard, made again whenever it is lost.
import type { Clock, Timer } from '../../clock.ts';
import type { PgClient, PgNotification, PgPool } from './driver.ts';

/** Bounds of the wait before a lost connection is made again, doubled from one failure to the next. */
const RECONNECT_MS = { min: 100, max: 5_000 } as const;

/** What is listened with. */
export interface ListeningParts {
  readonly pool: PgPool;
  readonly clock: Clock;
  readonly channel: string;
  /** Whose messages are no news. */
  readonly sender: string;
  readonly onNews: () => void;
}

/** Listens from its making until it is stopped. */
export class Listening {
  readonly #parts: ListeningParts;
  #client: PgClient | null = null;
  #timer: Timer | null = null;
  #failures = 0;
  #isStopped = false;

  constructor(parts: ListeningParts) {
    this.#parts = parts;
    void this.#start();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#drop();
  }

  async #start(): Promise<void> {
    try {
      this.#hold(await this.#parts.pool.connect());
      await this.#client?.query({ text: `LISTEN "${this.#parts.channel}"` });
    } catch {
      return this.#lost();
    }
    if (this.#client === null) return;
    this.#failures = 0;
    // What was told while nobody listened has to be looked for.
    this.#parts.onNews();
  }

  #hold(client: PgClient): void {
    this.#client = client;
    client.on('error', this.#lost);
    client.on('end', this.#lost);
    client.on('notification', this.#heard);
    // To wait for news is no reason for a process to go on.
    client.unref?.();
    if (this.#isStopped) this.#drop();
  }

  readonly #heard = ({ payload }: PgNotification): void => {
    if (payload !== this.#parts.sender) this.#parts.onNews();
  };

  readonly #lost = (): void => {
    this.#drop();
    if (this.#isStopped || this.#timer !== null) return;
    const { clock } = this.#parts;
    const { min, max } = RECONNECT_MS;
    const delayMs = Math.min(max, min * 2 ** this.#failures++) * (0.5 + clock.random() / 2);
    this.#timer = clock.setTimer(
      delayMs,
      () => {
        this.#timer = null;
        void this.#start();
      },
      false,
    );
  };

  /** Closes the connection: nobody else shall hear what it was made to listen for. */
  #drop(): void {
    const client = this.#client;
    this.#client = null;
    client?.release(true);
    client?.removeListener('end', this.#lost);
    client?.removeListener('error', this.#lost);
    client?.removeListener('notification', this.#heard);
  }
}

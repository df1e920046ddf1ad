// News among processes: told by NOTIFY, and heard on a connection of its own that is made again whenever it is lost.
import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../clock.ts';
import type { PgClient, PgNotification, PgPool } from './driver.ts';

/** The shortest time between two messages of one process: many changes are one message. */
const TELL_EVERY_MS = 20;

/** How long something that was passed over is left alone. */
const LOOK_AGAIN_MS = 20;

/** Bounds of the wait before a lost connection is made again, doubled from one failure to the next. */
const RECONNECT_MS = { min: 100, max: 5_000 } as const;

/** What news are made of. */
export interface NotificationParts {
  readonly pool: PgPool;
  readonly clock: Clock;
  /** The name under which the processes on the same tables know each other. */
  readonly channel: string;
  /** Whether to hear what others tell. */
  readonly listen: boolean;
  /** Tells the others, without being heard here. */
  readonly tell: (channel: string, sender: string) => Promise<unknown>;
}

export class Notifications {
  readonly #parts: NotificationParts;
  /** Goes with every message: its own are no news to a process. */
  readonly #sender = randomUUID();
  readonly #listeners = new Set<() => void>();
  #listening: Listening | null = null;
  #tellTimer: Timer | null = null;
  #hasMoreToTell = false;
  #lookTimer: Timer | null = null;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
  }

  /** Calls back after each change that another process tells of; answers how to stop. */
  subscribe(onChange: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    if (this.#parts.listen) this.#listening ??= new Listening(this.#parts, this.#sender, () => this.#callBack());
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopListening();
    };
  }

  /** Tells the others that there is something to do: at once, or in the next message. */
  announce(): void {
    if (this.#tellTimer !== null) {
      this.#hasMoreToTell = true;
      return;
    }
    const { clock, channel, tell } = this.#parts;
    // A message that gets lost is made good by the poll.
    tell(channel, this.#sender).catch(() => {});
    this.#tellTimer = clock.setTimer(TELL_EVERY_MS, () => this.#told(), false);
  }

  /** Calls back the listeners here, after a moment. */
  lookAgain(): void {
    this.#lookTimer ??= this.#parts.clock.setTimer(
      LOOK_AGAIN_MS,
      () => {
        this.#lookTimer = null;
        this.#callBack();
      },
      false,
    );
  }

  close(): void {
    this.#listeners.clear();
    this.#stopListening();
    this.#tellTimer?.cancel();
    this.#lookTimer?.cancel();
  }

  #told(): void {
    this.#tellTimer = null;
    if (!this.#hasMoreToTell) return;
    this.#hasMoreToTell = false;
    this.announce();
  }

  #stopListening(): void {
    this.#listening?.stop();
    this.#listening = null;
  }

  #callBack(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A connection that hears what others tell, for as long as it is wanted. */
class Listening {
  readonly #parts: NotificationParts;
  readonly #sender: string;
  readonly #onNews: () => void;
  #client: PgClient | null = null;
  #timer: Timer | null = null;
  #failures = 0;
  #isStopped = false;

  constructor(parts: NotificationParts, sender: string, onNews: () => void) {
    this.#parts = parts;
    this.#sender = sender;
    this.#onNews = onNews;
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
    this.#onNews();
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
    if (payload !== this.#sender) this.#onNews();
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

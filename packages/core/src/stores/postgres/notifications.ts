// News among processes, and who is to be called back for them.
import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../clock.ts';
import { Announcer } from '../server/announcer.ts';
import type { PgPool } from './driver.ts';
import { Listening } from './listening.ts';

/** How long something that was passed over is left alone. */
const LOOK_AGAIN_MS = 20;

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
  readonly #announcer: Announcer;
  #listening: Listening | null = null;
  #lookTimer: Timer | null = null;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
    this.#announcer = new Announcer(parts.clock, () => parts.tell(parts.channel, this.#sender));
  }

  /** Calls back after each change that another process tells of; answers how to stop. */
  subscribe(onChange: () => void): () => void {
    const listener = () => onChange();
    this.#listeners.add(listener);
    if (this.#parts.listen) this.#listening ??= this.#startListening();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#stopListening();
    };
  }

  /** Tells the others that there is something to do: at once, or in the next message. */
  announce(): void {
    this.#announcer.announce();
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

  async close(): Promise<void> {
    this.#listeners.clear();
    this.#stopListening();
    this.#lookTimer?.cancel();
    await this.#announcer.close();
  }

  #startListening(): Listening {
    const { pool, clock, channel } = this.#parts;
    return new Listening({ pool, clock, channel, sender: this.#sender, onNews: () => this.#callBack() });
  }

  #stopListening(): void {
    this.#listening?.stop();
    this.#listening = null;
  }

  #callBack(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

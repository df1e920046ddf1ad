// News among processes, and who is to be called back for them.
import { randomUUID } from 'node:crypto';
import type { Clock, Timer } from '../../clock.ts';
import type { PgPool } from './driver.ts';
import { Listening } from './listening.ts';

/** The shortest time between two messages of one process: many changes are one message. */
const TELL_EVERY_MS = 20;

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
    if (this.#parts.listen) this.#listening ??= this.#startListening();
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

// The only file that reads the clock, sets a timer or rolls a die. Everything else is handed a Clock.

/** A timer that was set. */
export interface Timer {
  /** Forgets the timer; harmless when it has fired already. */
  cancel(): void;
}

/** Time and chance, injected: the system's in production, a virtual one in tests. */
export interface Clock {
  /** The wall clock, in epoch milliseconds. May jump. */
  now(): number;
  /** Milliseconds since some fixed moment. Never jumps, never runs backwards. */
  monotonic(): number;
  /**
   * Calls `fire` once, `delayMs` milliseconds from now or as soon after as it can. `keepAlive` is for a timer that a
   * caller awaits: it holds the process whatever the clock's own setting is.
   */
  setTimer(delayMs: number, fire: () => void, keepAlive?: boolean): Timer;
  /** Resolves when the event loop has come round: whoever works without waiting lets others have their turn. */
  turn(): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

/** Options of {@link systemClock}. */
export interface SystemClockOptions {
  /** Whether a timer keeps the process alive that does not say so itself. @default true */
  readonly keepAlive?: boolean;
}

/** The longest delay Node takes, in milliseconds (2³¹ − 1, 24.8 days); a longer one would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

/** The system's clock and timers. A delay beyond Node's limit fires at the limit: callers look at the clock and set the next one. */
export function systemClock(options: SystemClockOptions = {}): Clock {
  const byDefault = options.keepAlive ?? true;
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    setTimer(delayMs, fire, keepAlive = byDefault) {
      const handle = setTimeout(fire, Math.min(Math.max(delayMs, 0), LONGEST_DELAY_MS));
      if (!keepAlive) handle.unref();
      return { cancel: () => clearTimeout(handle) };
    },
  };
}

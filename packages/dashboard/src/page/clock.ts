// The page's clock: the only reader of the browser's time and timers.
import { signal } from '@preact/signals';

/** How far the server's clock is ahead of the browser's, in milliseconds, as its last answer said. */
let aheadMs = 0;

/** The instant by the server's clock, in epoch milliseconds: what "now" means to a schedule. */
export function now(): number {
  return Date.now() + aheadMs;
}

/** The same, moved on once a second for whatever shows it. */
export const currentSecond = signal(now());

/** The same, moved on every ten seconds: for pictures that would be costly to draw each second. */
export const currentMoment = signal(now());

/** Below this the difference is the answer's way through the network, or the second a header is cut to. */
const NOISE_MS = 2000;

/** Heeds the `Date` header of an answer. */
export function heedServerTime(header: string | null): void {
  const at = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(at)) return;
  const ahead = at - Date.now();
  aheadMs = Math.abs(ahead) < NOISE_MS ? 0 : ahead;
}

/** Moves the shown time on. Called once. */
export function startClock(): void {
  const tick = () => {
    currentSecond.value = now();
    if (currentSecond.value - currentMoment.value >= 10_000) currentMoment.value = currentSecond.value;
  };
  setInterval(tick, 1000);
}

/** Calls `action` after `ms`; answers how to give it up. */
export function after(ms: number, action: () => void): () => void {
  const timer = setTimeout(action, ms);
  return () => clearTimeout(timer);
}

// Lengths of time as people read them.

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `340 ms`, `4.2 s`, `3 min 5 s`, `2 d 4 h`: at most two units. */
export function durationText(ms: number): string {
  const size = Math.abs(ms);
  const sign = ms < 0 ? '−' : '';
  if (size < 1000) return `${sign}${Math.round(size)} ms`;
  if (size < 10_000) return `${sign}${(Math.floor(size / 100) / 10).toString()} s`;
  const at = UNITS.findIndex(([, unitMs]) => size >= unitMs);
  const [unit, unitMs] = UNITS[at] ?? UNITS[3];
  const smaller = UNITS[at + 1];
  const whole = Math.floor(size / unitMs);
  const rest = smaller === undefined ? 0 : Math.floor((size % unitMs) / smaller[1]);
  return `${sign}${whole} ${unit}${smaller === undefined || rest === 0 ? '' : ` ${rest} ${smaller[0]}`}`;
}

/** Below this nobody calls it now any more. */
const NOW_MS = 1000;

/** `in 5 min`, `3 h ago`, `now`: one unit, for a glance. */
export function relativeText(deltaMs: number): string {
  const size = Math.abs(deltaMs);
  if (size < NOW_MS) return 'now';
  const [unit, unitMs] = UNITS.find(([, ms]) => size >= ms) ?? UNITS[3];
  const text = `${Math.floor(size / unitMs)} ${unit}`;
  return deltaMs > 0 ? `in ${text}` : `${text} ago`;
}

/** From this on a start is called late. */
const LATE_MS = 1000;

/** Whether a run started noticeably after it was due. */
export function isLate(lateMs: number | null): lateMs is number {
  return lateMs !== null && lateMs >= LATE_MS;
}

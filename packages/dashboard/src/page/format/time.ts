// Instants as people read them, in a zone.

const FORMS = {
  /** 14:05:09 */
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  /** 14:05 */
  minute: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  /** Mon 30 Nov */
  day: { weekday: 'short', day: 'numeric', month: 'short' },
  /** Mon */
  weekday: { weekday: 'short' },
  /** 30 Nov 2026, 14:05:09 GMT+1 */
  full: {
    ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZoneName: 'short' },
  },
  /** For the sums of this file. */
  parts: {
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23', era: 'short' },
  },
} as const satisfies { readonly [form: string]: Intl.DateTimeFormatOptions };

/** How an instant is written. */
export type TimeForm = keyof typeof FORMS;

/** Formats are costly to make and cheap to keep. */
const formats = new Map<string, Intl.DateTimeFormat>();

function format(form: TimeForm, zone: string): Intl.DateTimeFormat {
  const key = `${form} ${zone}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', { ...FORMS[form], timeZone: knownZone(zone) });
  formats.set(key, made);
  return made;
}

/** A zone that the server knows and this browser does not is shown as UTC; the form `full` names the zone it is in. */
function knownZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** The instant in this form, on the clock of the zone. */
export function timeText(atMs: number, zone: string, form: TimeForm = 'second'): string {
  return format(form, zone).format(atMs).replace(',', '');
}

/** Time of day, with the day where it is another one than `nearMs` is on. */
export function shortTime(atMs: number, zone: string, nearMs: number): string {
  const form = atMs % 60_000 === 0 ? 'minute' : 'second';
  const time = timeText(atMs, zone, form);
  const day = timeText(atMs, zone, 'day');
  return day === timeText(nearMs, zone, 'day') ? time : `${day}, ${time}`;
}

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
export function offsetMs(atMs: number, zone: string): number {
  const second = Math.floor(atMs / 1000) * 1000;
  const parts = new Map(
    format('parts', zone)
      .formatToParts(second)
      .map(({ type, value }) => [type, value]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wall - second;
}

/** The instants within a window at which the zone's clock shows a multiple of `stepMs` since midnight. */
export function gridTimes(fromMs: number, untilMs: number, stepMs: number, zone: string): number[] {
  const times: number[] = [];
  for (let at = fromMs; at < untilMs; at += stepMs) {
    const offset = offsetMs(at, zone);
    const onGrid = Math.ceil((at + offset) / stepMs) * stepMs - offset;
    // A change of offset between the two may have moved the wall clock.
    const shift = offset - offsetMs(onGrid, zone);
    const exact = onGrid + (stepMs > Math.abs(shift) ? shift : 0);
    if (exact >= fromMs && exact < untilMs && exact !== times.at(-1)) times.push(exact);
  }
  return times;
}

/** `+01:00` */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

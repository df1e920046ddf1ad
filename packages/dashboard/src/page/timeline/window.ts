// The windows of the timeline: how much of the future they show, and half as much of the past.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How far ahead the timeline looks. */
export type Span = 'hour' | 'day' | 'week';

interface SpanShape {
  readonly text: string;
  readonly aheadMs: number;
  /** Between two lines of the grid, and on a window too narrow for so many. */
  readonly stepMs: number;
  readonly narrowStepMs: number;
}

/** What each shows. */
export const SPANS: { readonly [Name in Span]: SpanShape } = {
  hour: { text: 'Hour', aheadMs: HOUR_MS, stepMs: 15 * MINUTE_MS, narrowStepMs: 30 * MINUTE_MS },
  day: { text: 'Day', aheadMs: DAY_MS, stepMs: 3 * HOUR_MS, narrowStepMs: 12 * HOUR_MS },
  week: { text: 'Week', aheadMs: 7 * DAY_MS, stepMs: DAY_MS, narrowStepMs: 3 * DAY_MS },
};

/** A window of time, in epoch milliseconds. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The window around an instant. */
export function windowAround(nowMs: number, span: Span): TimeWindow {
  const { aheadMs } = SPANS[span];
  return { fromMs: nowMs - aheadMs / 2, untilMs: nowMs + aheadMs };
}

/** Where an instant lies in the window, in percent of its width; outside of it below 0 or above 100. */
export function percentOf(atMs: number, { fromMs, untilMs }: TimeWindow): number {
  return ((atMs - fromMs) / (untilMs - fromMs)) * 100;
}

/** The span that a text names. */
export function spanOf(text: string | null): Span {
  return text === 'day' || text === 'week' ? text : 'hour';
}

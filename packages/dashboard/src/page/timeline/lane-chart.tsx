// The timeline as a chart: an axis, the load, and a lane for each job, with what collides behind them.
import type { Timeline } from '../../api/types.ts';
import { currentMoment } from '../clock.ts';
import { gridTimes, timeText } from '../format/time.ts';
import { isNarrow } from '../parts/media.ts';
import { shownZone } from '../settings/zone.ts';
import { LaneRow } from './lane-row.tsx';
import { LoadBars } from './load-bars.tsx';
import { type Band, bandsOf, meetingsOf, notable } from './meetings.ts';
import { percentOf, SPANS, type Span, type TimeWindow } from './window.ts';

/** So many bands fit beside each other. */
const SLOTS = 200;

interface LaneChartProps {
  readonly timeline: Timeline;
  readonly span: Span;
}

export function LaneChart({ timeline, span }: LaneChartProps) {
  const window: TimeWindow = { fromMs: Date.parse(timeline.from), untilMs: Date.parse(timeline.until) };
  const nowMs = Math.max(Date.parse(timeline.now), currentMoment.value);
  const nowAt = Math.min(100, percentOf(nowMs, window));
  const bands = bandsOf(meetingsOf(timeline.lanes), (window.untilMs - window.fromMs) / SLOTS);
  return (
    <div class="chart">
      <Axis window={window} span={span} nowAt={nowAt} />
      <LoadBars load={timeline.load} window={window} nowMs={nowMs} />
      <div class="lanes">
        <Backdrop window={window} span={span} nowAt={nowAt} bands={notable(bands, SLOTS * (1 - nowAt / 100))} />
        <ul>
          {timeline.lanes.map((lane) => (
            <LaneRow key={`${lane.jobStore} ${lane.jobId}`} lane={lane} window={window} nowMs={nowMs} />
          ))}
        </ul>
      </div>
      <Legend />
    </div>
  );
}

interface AxisProps {
  readonly window: TimeWindow;
  readonly span: Span;
  readonly nowAt: number;
}

function gridOf({ fromMs, untilMs }: TimeWindow, span: Span): number[] {
  const { stepMs, narrowStepMs } = SPANS[span];
  return gridTimes(fromMs, untilMs, isNarrow.value ? narrowStepMs : stepMs, shownZone());
}

/** The label of the present needs so much room, in percent. */
const NOW_ROOM = { wide: 4, narrow: 13 };
/** A label further to the right than this is set to the left of its line. */
const LAST = 96;

function Axis({ window, span, nowAt }: AxisProps) {
  const zone = shownZone();
  const label = (atMs: number) => {
    const time = timeText(atMs, zone, 'minute');
    return span === 'week' || time === '00:00' ? timeText(atMs, zone, 'day') : time;
  };
  return (
    <div class="axis" aria-hidden="true">
      <div class="track">
        {gridOf(window, span).map((atMs) => {
          const left = percentOf(atMs, window);
          const isCovered = Math.abs(left - nowAt) < (isNarrow.value ? NOW_ROOM.narrow : NOW_ROOM.wide);
          return (
            !isCovered && (
              <span key={atMs} class={left > LAST ? 'tick is-last' : 'tick'} style={{ left: `${left}%` }}>
                {label(atMs)}
              </span>
            )
          );
        })}
        <span class="tick is-now" style={{ left: `${nowAt}%` }}>
          now
        </span>
      </div>
    </div>
  );
}

interface BackdropProps extends AxisProps {
  readonly bands: readonly Band[];
}

/** Behind all lanes: the past, the grid, the minutes in which jobs meet, and the present. */
function Backdrop({ window, span, nowAt, bands }: BackdropProps) {
  const most = Math.max(2, ...bands.map(({ jobs }) => jobs));
  return (
    <div class="backdrop" aria-hidden="true">
      <div class="track">
        <span class="past" style={{ width: `${nowAt}%` }} />
        {gridOf(window, span).map((atMs) => (
          <span key={atMs} class="grid-line" style={{ left: `${percentOf(atMs, window)}%` }} />
        ))}
        <svg class="meetings" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
          {bands.map(({ atMs, jobs }) => (
            <rect
              key={atMs}
              x={percentOf(atMs, window) * 10 - 3}
              y="0"
              width="6"
              height="1"
              fill-opacity={0.12 + 0.3 * ((jobs - 1) / (most - 1)) ** 2}
            />
          ))}
        </svg>
        <span class="now-line" style={{ left: `${nowAt}%` }} />
      </div>
    </div>
  );
}

function Legend() {
  return (
    <p class="legend muted small" aria-hidden="true">
      <span class="legend-fire" /> will fire <span class="legend-meeting" /> several jobs in the same minute
      <span class="legend-run" /> ran
    </p>
  );
}

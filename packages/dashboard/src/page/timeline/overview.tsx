// The figures of the last day, and its runs by the hour.
import type { RunCounts, RunState, Statistics } from '../../api/types.ts';
import { durationText } from '../format/duration.ts';
import { timeText } from '../format/time.ts';
import { BAD_STATES, counted, numberText } from '../format/words.ts';
import { Tile } from '../parts/tile.tsx';
import { shownZone } from '../settings/zone.ts';

export function Overview({ statistics }: { readonly statistics: Statistics }) {
  const { jobs, runs, lateness, duration } = statistics;
  const ended = sum(runs) - (runs.queued ?? 0) - (runs.running ?? 0);
  const bad = sum(runs, BAD_STATES);
  const rest = [
    [jobs.paused, 'paused'],
    [jobs.finished, 'finished'],
    [jobs.broken, 'broken'],
  ].flatMap(([count = 0, word]) => (count === 0 ? [] : [`${numberText(Number(count))} ${word}`]));
  return (
    <ul class="tiles" aria-label="The last 24 hours">
      <Tile name="Active jobs" note={rest.join(', ') || 'none paused or broken'} href="#/jobs">
        {numberText(jobs.active)}
      </Tile>
      <Tile name="Running now" note={`${numberText(runs.queued ?? 0)} queued`} href="#/runs?show=open">
        {numberText(runs.running ?? 0)}
      </Tile>
      <Tile name="Went wrong in 24 h" note={`of ${counted(ended, 'run')}`} href="#/runs?show=bad">
        <span class={bad > 0 ? 'is-failed' : undefined}>{numberText(bad)}</span>
      </Tile>
      <Tile
        name="Started late by"
        note={lateness.p95Ms === null ? 'no runs yet' : `95 % within ${durationText(lateness.p95Ms)}`}
      >
        {lateness.medianMs === null ? '–' : durationText(lateness.medianMs)}
      </Tile>
      <Tile
        name="Runs take"
        note={duration.p95Ms === null ? 'no runs yet' : `95 % within ${durationText(duration.p95Ms)}`}
      >
        {duration.medianMs === null ? '–' : durationText(duration.medianMs)}
      </Tile>
      <li class="tile is-chart">
        <span class="muted small">Runs by the hour</span>
        <HourBars buckets={statistics.buckets} />
      </li>
    </ul>
  );
}

function sum(counts: RunCounts, states?: readonly RunState[]): number {
  const wanted = Object.entries(counts).filter(([state]) => states === undefined || states.includes(state as RunState));
  return wanted.reduce((total, [, count]) => total + (count ?? 0), 0);
}

const HEIGHT = 40;

function HourBars({ buckets }: { readonly buckets: Statistics['buckets'] }) {
  const totals = buckets.map(({ runs }) => sum(runs));
  const most = Math.max(1, ...totals);
  const width = 240 / Math.max(1, buckets.length);
  const bad = buckets.reduce((total, { runs }) => total + sum(runs, BAD_STATES), 0);
  const text = `Runs of the last 24 hours: at most ${numberText(most)} in one part, ${numberText(bad)} in all went wrong`;
  return (
    <svg viewBox={`0 0 240 ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={text}>
      {buckets.map(({ at, runs }, index) => {
        const height = (sum(runs) / most) * HEIGHT;
        const wrong = Math.min(
          height,
          sum(runs, BAD_STATES) === 0 ? 0 : Math.max(2, (sum(runs, BAD_STATES) / most) * HEIGHT),
        );
        const place = { x: index * width + 0.75, width: width - 1.5 };
        return (
          <g key={at}>
            <title>{`${timeText(Date.parse(at), shownZone(), 'minute')}: ${counted(totals[index] ?? 0, 'run')}`}</title>
            <rect {...place} class="is-good" y={HEIGHT - height} height={height - wrong} />
            <rect {...place} class="is-wrong" y={HEIGHT - wrong} height={wrong} />
          </g>
        );
      })}
    </svg>
  );
}

// A lane of the timeline: one job, its runs in the past and its fires to come.
import type { Lane } from '../../api/types.ts';
import { durationText } from '../format/duration.ts';
import { timeText } from '../format/time.ts';
import { counted, isBad, STATE_WORDS } from '../format/words.ts';
import { Mark } from '../parts/mark.tsx';
import { jobHref, runHref } from '../route.ts';
import { shownZone } from '../settings/zone.ts';
import { type Block, blocksOf, isMarked } from './blocks.ts';
import { percentOf, type TimeWindow } from './window.ts';

interface LaneRowProps {
  readonly lane: Lane;
  readonly window: TimeWindow;
  readonly nowMs: number;
}

export function LaneRow({ lane, window, nowMs }: LaneRowProps) {
  const { jobId, jobStore, jobName, state, fires, fireCount, runs } = lane;
  const bad = runs.filter((run) => isBad(run.state)).length;
  return (
    <li class="lane">
      <div class="lane-name">
        {state === null ? (
          <span class="cut muted" title={`${jobId}: this job is gone`}>
            {jobId}
          </span>
        ) : (
          <a
            class="cut"
            data-row
            href={jobHref(jobId, jobStore)}
            title={jobName === jobId ? jobId : `${jobId}: ${jobName}`}
          >
            {jobId}
          </a>
        )}
        {state === 'paused' && <Mark state="paused" />}
        {state === 'broken' && <Mark state="broken" />}
        <span class="hidden">{laneText(fireCount, runs.length, bad, fires[0])}</span>
      </div>
      <div class="track">
        <Fires lane={lane} window={window} nowMs={nowMs} />
        {blocksOf(runs, window, nowMs).map((block) => (
          <RunBlock key={`${block.state} ${block.run.id}`} block={block} />
        ))}
      </div>
    </li>
  );
}

/** `3 fires to come, next at 14:05:00; 2 runs, 1 went wrong` */
function laneText(fires: number, runs: number, bad: number, next: string | undefined): string {
  const at = next === undefined ? '' : `, next at ${timeText(Date.parse(next), shownZone())}`;
  return ` ${counted(fires, 'fire')} to come${at}; ${counted(runs, 'run')}${bad === 0 ? '' : `, ${bad} went wrong`}`;
}

/** All fires are one path, however many there are. */
function Fires({ lane, window, nowMs }: LaneRowProps) {
  const { fires, fireCount } = lane;
  const coming = fires.map((fire) => Date.parse(fire)).filter((atMs) => atMs >= nowMs);
  const last = coming.at(-1);
  const path = coming.map((atMs) => `M${(percentOf(atMs, window) * 10).toFixed(1)} 5V19`).join('');
  const rest = fireCount - fires.length;
  const gap = last === undefined ? 0 : (percentOf(last, window) - percentOf(nowMs, window)) / coming.length;
  return (
    <>
      <svg class="fire-marks" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true">
        <path d={path} style={{ strokeWidth: `${lineWidth(gap)}px` }} />
      </svg>
      {rest > 0 && (
        <span
          class="fire-rest"
          style={{ left: `${percentOf(last ?? nowMs, window)}%` }}
          title={`${counted(rest, 'more fire')}`}
        >
          <span>+{rest}</span>
        </span>
      )}
    </>
  );
}

/** As wide as there is room for, so that many fires do not become a bar: `gap` is in percent of the window. */
function lineWidth(gap: number): number {
  return Math.min(3, Math.max(0.75, gap * 4));
}

function RunBlock({ block }: { readonly block: Block }) {
  const { state, left, width, run } = block;
  const needsMark = isMarked(state);
  const text = blockText(block);
  return (
    <a
      class={`run-block is-${state}${needsMark ? ' has-mark' : ''}`}
      href={runHref(run.id)}
      title={text}
      aria-label={text}
      tabIndex={-1}
      style={{ left: `${left}%`, width: `max(3px, ${width}%)` }}
    >
      {needsMark && <Mark state={state} />}
    </a>
  );
}

function blockText({ state, count, run }: Block): string {
  const at = timeText(Date.parse(run.fireTime), shownZone(), 'full');
  if (count > 1) return `${counted(count, 'run')}: ${STATE_WORDS[state]}, newest due ${at}`;
  return `${STATE_WORDS[state]}, due ${at}${run.durationMs === null ? '' : `, took ${durationText(run.durationMs)}`}`;
}

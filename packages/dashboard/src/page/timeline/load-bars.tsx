// How much coincides: a bar for each part of the window.
import type { Timeline } from '../../api/types.ts';
import { durationText } from '../format/duration.ts';
import { timeText } from '../format/time.ts';
import { counted } from '../format/words.ts';
import { shownZone } from '../settings/zone.ts';
import type { TimeWindow } from './window.ts';

interface LoadBarsProps {
  readonly load: Timeline['load'];
  readonly window: TimeWindow;
  readonly nowMs: number;
}

const HEIGHT = 36;

export function LoadBars({ load, window, nowMs }: LoadBarsProps) {
  const { counts, bucketMs } = load;
  const most = Math.max(...counts, 0);
  if (most === 0) return null;
  const width = 1000 / ((window.untilMs - window.fromMs) / bucketMs);
  const peak = counts.indexOf(most);
  const at = timeText(window.fromMs + peak * bucketMs, shownZone(), 'full');
  const text = `Load: at most ${counted(most, 'start')} within ${durationText(bucketMs)}, from ${at}`;
  return (
    <div class="load">
      <div class="lane-name muted small" title={text}>
        Load <span class="muted">max {most}</span>
      </div>
      <div class="track">
        <svg viewBox={`0 0 1000 ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={text}>
          {counts.map((count, index) => {
            const height = (count / most) * HEIGHT;
            const startMs = window.fromMs + index * bucketMs;
            return (
              <rect
                key={index}
                class={startMs < nowMs ? 'is-past' : count === most ? 'is-peak' : undefined}
                x={index * width + width * 0.1}
                y={HEIGHT - height}
                width={width * 0.8}
                height={height}
              />
            );
          })}
        </svg>
      </div>
    </div>
  );
}

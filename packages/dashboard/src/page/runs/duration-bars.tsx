// How long the last runs took, as bars: oldest first, coloured by outcome.
import type { Run } from '../../api/types.ts';
import { durationText } from '../format/duration.ts';
import { counted } from '../format/words.ts';

const MOST = 40;
const HEIGHT = 28;
const STEP = 5;

export function DurationBars({ runs }: { readonly runs: readonly Run[] }) {
  const shown = runs
    .filter(({ durationMs }) => durationMs !== null)
    .slice(0, MOST)
    .reverse();
  if (shown.length < 3) return null;
  const longest = Math.max(1, ...shown.map(({ durationMs }) => durationMs ?? 0));
  return (
    <figure class="bars">
      <svg
        width={shown.length * STEP}
        height={HEIGHT}
        role="img"
        aria-label={`How long the last ${counted(shown.length, 'run')} took: ${durationText(longest)} at most`}
      >
        {shown.map(({ id, state, durationMs }, at) => {
          const height = Math.max(2, ((durationMs ?? 0) / longest) * HEIGHT);
          return (
            <rect
              key={id}
              class={`is-${state}`}
              fill="currentColor"
              x={at * STEP}
              y={HEIGHT - height}
              width={STEP - 1.5}
              height={height}
              rx="1"
            />
          );
        })}
      </svg>
      <figcaption class="muted small">≤ {durationText(longest)}</figcaption>
    </figure>
  );
}

// The mark of a state: a shape of its own beside its colour, so that neither is needed to tell it.
import type { AnyState } from '../format/words.ts';

const ROUND = 'M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1z';
const DIAMOND = 'M8 .5 15.5 8 8 15.5.5 8z';
const TRIANGLE = 'M8 1.2 15.6 14.6H.4z';
const SQUARE = 'M2.5 1.5h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1z';

interface Shape {
  /** The ground; null = only lines, in the colour of the state. */
  readonly ground: string | null;
  readonly lines: string;
}

const SHAPES: { readonly [State in AnyState]: Shape } = {
  succeeded: { ground: ROUND, lines: 'M4.6 8.2 7 10.6l4.4-5' },
  failed: { ground: SQUARE, lines: 'M5 5l6 6M11 5l-6 6' },
  'timed-out': { ground: ROUND, lines: 'M8 4.4V8.3L10.6 10' },
  lost: { ground: DIAMOND, lines: 'M8 4.8v3.6M8 10.9v.1' },
  missed: { ground: TRIANGLE, lines: 'M8 6v3.8M8 12v.1' },
  skipped: { ground: null, lines: 'M3 4.5 7 8l-4 3.5M8.5 4.5l4 3.5-4 3.5' },
  cancelled: { ground: null, lines: `${ROUND}M3.4 3.4l9.2 9.2` },
  running: { ground: ROUND, lines: 'M6.6 5l4.4 3-4.4 3z' },
  queued: { ground: null, lines: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z' },
  active: { ground: ROUND, lines: 'M6.6 5l4.4 3-4.4 3z' },
  paused: { ground: ROUND, lines: 'M6.2 5.2v5.6M9.8 5.2v5.6' },
  finished: { ground: null, lines: 'M3.5 2v12.5M3.5 3h9l-2 3 2 3h-9' },
  broken: { ground: SQUARE, lines: 'M8 4.2v4.2M8 11v.1' },
  pending: { ground: null, lines: `${ROUND}M8 4.4V8.3L10.6 10` },
};

/** The shape within an svg of 16 × 16. */
function MarkShape({ state }: { readonly state: AnyState }) {
  const { ground, lines } = SHAPES[state];
  return (
    <g fill="none" stroke-linecap="round" stroke-linejoin="round">
      {ground !== null && <path d={ground} fill="currentColor" />}
      <path d={lines} stroke={ground === null ? 'currentColor' : 'var(--surface)'} stroke-width="1.9" />
    </g>
  );
}

/** The mark by itself; whoever shows it says the state in words. */
export function Mark({ state }: { readonly state: AnyState }) {
  return (
    <svg class={`mark is-${state}`} viewBox="0 0 16 16" aria-hidden="true">
      <MarkShape state={state} />
    </svg>
  );
}

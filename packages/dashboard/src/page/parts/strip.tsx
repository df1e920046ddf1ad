// The last outcomes of a job, oldest first; a bar over a mark grows with how late the run was.
import type { RunGlance } from '../../api/types.ts';
import { durationText, isLate } from '../format/duration.ts';
import { timeText } from '../format/time.ts';
import { STATE_WORDS } from '../format/words.ts';
import { runHref } from '../route.ts';
import { shownZone } from '../settings/zone.ts';
import { Mark } from './mark.tsx';

interface StripProps {
  /** Newest first, as the API has them. */
  readonly runs: readonly RunGlance[];
  readonly zone: string | null;
}

export function Strip({ runs, zone }: StripProps) {
  if (runs.length === 0) return <span class="muted small">no runs yet</span>;
  return (
    <span class="strip">
      {[...runs].reverse().map((run) => (
        <StripMark key={run.id} run={run} zone={zone} />
      ))}
    </span>
  );
}

function StripMark({ run, zone }: { readonly run: RunGlance; readonly zone: string | null }) {
  const height = latenessHeight(run.lateMs);
  const text = stripText(run, zone);
  return (
    <a href={runHref(run.id)} title={text} aria-label={text}>
      {height > 0 && <span class="late" style={{ height: `${height}px` }} />}
      <Mark state={run.state} />
    </a>
  );
}

/** `Failed, 30 Nov 14:05, 12 s late` */
function stripText({ state, fireTime, lateMs, durationMs }: RunGlance, zone: string | null): string {
  const at = Date.parse(fireTime);
  const inZone = shownZone(zone);
  const words = [STATE_WORDS[state], `${timeText(at, inZone, 'day')} ${timeText(at, inZone)}`];
  if (isLate(lateMs)) words.push(`${durationText(lateMs)} late`);
  if (durationMs !== null) words.push(`took ${durationText(durationMs)}`);
  return words.join(', ');
}

const TALLEST_PX = 8;

/** From a second (1 px) to a day (8 px), by its logarithm. */
function latenessHeight(lateMs: number | null): number {
  if (!isLate(lateMs)) return 0;
  return Math.min(TALLEST_PX, Math.max(2, Math.round((Math.log10(lateMs / 1000) / Math.log10(86_400)) * TALLEST_PX)));
}

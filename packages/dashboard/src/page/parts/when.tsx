// An instant: how far away it is, what the clock shows then, or both.
import { currentSecond } from '../clock.ts';
import { relativeText } from '../format/duration.ts';
import { shortTime, timeText } from '../format/time.ts';
import { shownZone } from '../settings/zone.ts';

interface WhenProps {
  /** ISO text; null shows a dash. */
  readonly at: string | null;
  /** Zone of the job that it belongs to. */
  readonly zone?: string | null;
  /** `clock` = the time only, `relative` = the distance only. @default both */
  readonly show?: 'clock' | 'relative' | 'both' | 'full';
}

export function When({ at, zone = null, show = 'both' }: WhenProps) {
  if (at === null) return <span class="muted">–</span>;
  const ms = Date.parse(at);
  const inZone = shownZone(zone);
  const clock = show === 'full' ? timeText(ms, inZone, 'full') : shortTime(ms, inZone, currentSecond.value);
  const distance = relativeText(ms - currentSecond.value);
  return (
    <time dateTime={at} title={timeText(ms, inZone, 'full')}>
      {show !== 'relative' && clock}
      {show === 'both' && <span class="muted"> · {distance}</span>}
      {show === 'full' && <span class="muted"> ({distance})</span>}
      {show === 'relative' && distance}
    </time>
  );
}

// When a job fires: in words, and as a list in which changes of the clock are marked.
import type { ClockChange, Fire, Job, Preview } from '../../api/types.ts';
import { currentSecond } from '../clock.ts';
import type { Resource } from '../data/resource.ts';
import { relativeText } from '../format/duration.ts';
import { offsetText, timeText } from '../format/time.ts';
import { ProblemNotice } from '../parts/notice.tsx';
import { shownZone } from '../settings/zone.ts';

interface NextFiresProps {
  readonly job: Job;
  readonly preview: Resource<Preview>;
}

export function NextFires({ job, preview }: NextFiresProps) {
  return (
    <section class="card" aria-labelledby="when">
      <header>
        <h2 id="when">When it fires</h2>
        <span class="muted small">{job.timezone ?? ''}</span>
      </header>
      <div class="card-body">
        <p class="explain wrap">{job.explain ?? 'Its trigger cannot be read by this process.'}</p>
        <code class="muted small wrap">{job.triggerText}</code>
        {preview.error !== null && (
          <ProblemNotice what="The next fire times could not be worked out." error={preview.error} />
        )}
        {job.state === 'paused' && <p class="muted small">It is paused: these are the times it would fire at.</p>}
        {preview.data !== null && <FireList preview={preview.data} />}
      </div>
    </section>
  );
}

/** The next fires of a trigger. */
export function FireList({ preview }: { readonly preview: Preview }) {
  const { fires, isComplete, timezone } = preview;
  const zone = shownZone(timezone);
  if (fires.length === 0)
    return <p class="muted">{isComplete ? 'It never fires again.' : 'No fire time was found in time.'}</p>;
  return (
    <ol class="fires">
      {fires.map((fire) => (
        <FireLine key={fire.at} fire={fire} zone={zone} />
      ))}
    </ol>
  );
}

function FireLine({ fire, zone }: { readonly fire: Fire; readonly zone: string }) {
  const at = Date.parse(fire.at);
  return (
    <li>
      {fire.clockChange !== null && <span class="shift">{changeText(fire.clockChange)}</span>}
      <time dateTime={fire.at} title={`On the clock of the job: ${fire.local}`}>
        {timeText(at, zone, 'full')}
      </time>
      <span class="muted">{relativeText(at - currentSecond.value)}</span>
    </li>
  );
}

/** `Clocks go forward 1 h on Sun 28 Mar in Europe/Berlin: UTC+01:00 → UTC+02:00` */
function changeText({ at, timezone, fromOffsetMinutes: from, toOffsetMinutes: to }: ClockChange): string {
  const size = Math.abs(to - from);
  const length = size % 60 === 0 ? `${size / 60} h` : `${size} min`;
  const way = to > from ? 'forward' : 'back';
  const day = timeText(Date.parse(at), timezone, 'day');
  return `Clocks go ${way} ${length} on ${day} in ${timezone}: UTC${offsetText(from)} → UTC${offsetText(to)}`;
}

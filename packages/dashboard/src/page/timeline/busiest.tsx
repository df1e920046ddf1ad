// The fullest minutes to come, and which jobs meet in them.
import { shortTime } from '../format/time.ts';
import { counted } from '../format/words.ts';
import { Empty } from '../parts/notice.tsx';
import { jobHref } from '../route.ts';
import { shownZone } from '../settings/zone.ts';
import { fullest, type Meeting } from './meetings.ts';

const MOST = 5;
const NAMED = 4;

interface BusiestProps {
  readonly meetings: readonly Meeting[];
  readonly nowMs: number;
}

export function Busiest({ meetings, nowMs }: BusiestProps) {
  const zone = shownZone();
  return (
    <section class="card" aria-labelledby="busiest">
      <header>
        <h2 id="busiest">What collides</h2>
        <span class="muted small">{counted(meetings.length, 'minute')} with several jobs</span>
      </header>
      {meetings.length === 0 ? (
        <Empty title="Nothing does">
          <p>No two of these jobs fire in the same minute of this window.</p>
        </Empty>
      ) : (
        <ul class="lines">
          {fullest(meetings, MOST).map(({ atMs, lanes }) => (
            <li key={atMs}>
              <p>
                <strong>{shortTime(atMs, zone, nowMs)}</strong>{' '}
                <span class="muted">{counted(lanes.length, 'job')}</span>
              </p>
              <p class="small wrap">
                {lanes.slice(0, NAMED).map(({ jobId, jobStore }, at) => (
                  <>
                    {at > 0 && ', '}
                    <a href={jobHref(jobId, jobStore)}>{jobId}</a>
                  </>
                ))}
                {lanes.length > NAMED && <span class="muted"> and {lanes.length - NAMED} more</span>}
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

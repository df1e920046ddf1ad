// The jobs whose runs ended badly lately, and with what error.
import type { Statistics } from '../../api/types.ts';
import { counted } from '../format/words.ts';
import { Mark } from '../parts/mark.tsx';
import { Empty } from '../parts/notice.tsx';
import { jobHref, runHref } from '../route.ts';

export function Failing({ failing }: { readonly failing: Statistics['failing'] }) {
  return (
    <section class="card" aria-labelledby="failing">
      <header>
        <h2 id="failing">What went wrong</h2>
        <a class="small" href="#/runs?show=bad">
          All of it
        </a>
      </header>
      {failing.length === 0 ? (
        <Empty title="Nothing">
          <p>No run failed, timed out, was lost or missed lately.</p>
        </Empty>
      ) : (
        <ul class="lines">
          {failing.map(({ jobId, jobStore, failed, lastError, lastRunId }) => (
            <li key={`${jobStore} ${jobId}`}>
              <p class="wrap">
                <Mark state="failed" /> <a href={jobHref(jobId, jobStore)}>{jobId}</a>{' '}
                <span class="muted">{counted(failed, 'run')}</span>
              </p>
              <p class="small clamp wrap">
                <a href={runHref(lastRunId)}>{lastError ?? 'See the newest of them'}</a>
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

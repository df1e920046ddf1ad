// The timeline as a table: what fires next, and with whom.
import type { Lane, Timeline } from '../../api/types.ts';
import { When } from '../parts/when.tsx';
import { jobHref } from '../route.ts';
import { meetingsOf } from './meetings.ts';

const MOST = 200;
const MINUTE_MS = 60_000;

export function FireTable({ timeline }: { readonly timeline: Timeline }) {
  const company = new Map(meetingsOf(timeline.lanes).map(({ atMs, lanes }) => [atMs, lanes.length - 1]));
  const fires = timeline.lanes
    .flatMap((lane) => lane.fires.map((at): [string, Lane] => [at, lane]))
    .sort(([a], [b]) => a.localeCompare(b));
  return (
    <div class="scroll-x" tabIndex={0} role="group" aria-label="Coming fires">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Fires</th>
            <th scope="col">Job</th>
            <th scope="col">In the same minute</th>
          </tr>
        </thead>
        <tbody>
          {fires.slice(0, MOST).map(([at, lane]) => {
            const others = company.get(Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS) ?? 0;
            return (
              <tr key={`${at} ${lane.jobStore} ${lane.jobId}`}>
                <td class="nowrap">
                  <When at={at} />
                </td>
                <td class="wrap">
                  <a data-row href={jobHref(lane.jobId, lane.jobStore)}>
                    {lane.jobId}
                  </a>
                </td>
                <td>{others === 0 ? <span class="muted">alone</span> : `${others} other${others === 1 ? '' : 's'}`}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {fires.length > MOST && <p class="more muted small">The first {MOST} of them.</p>}
      {fires.length === 0 && <p class="more muted">Nothing fires in this window.</p>}
    </div>
  );
}

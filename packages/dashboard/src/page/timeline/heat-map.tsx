// When the week is full: expected fires by weekday and hour. It is a table, so that it can be read as well as seen.
import type { Heatmap } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { counted, numberText } from '../format/words.ts';
import { Loading, ProblemNotice } from '../parts/notice.tsx';
import { shownZone } from '../settings/zone.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const LEVELS = 5;
const EVERY_MS = 300_000;

export function HeatMap() {
  const zone = shownZone();
  const map = useResource(
    `heatmap ${zone}`,
    (signal) => ask<Heatmap>('heatmap', { query: { timezone: zone }, signal }),
    {
      everyMs: EVERY_MS,
    },
  );
  return (
    <section class="card" aria-labelledby="heat">
      <header>
        <h2 id="heat">The coming week by the hour</h2>
        <span class="muted small">{zone}</span>
      </header>
      <div class="card-body">
        {map.isLoading && <Loading what="the heat map" />}
        {map.error !== null && (
          <ProblemNotice what="The heat map could not be loaded." error={map.error} onRetry={map.reload} />
        )}
        {map.data !== null && <Cells map={map.data} />}
      </div>
    </section>
  );
}

function Cells({ map }: { readonly map: Heatmap }) {
  const most = Math.max(0, ...map.cells.flat());
  return (
    <>
      <div class="scroll-x" tabIndex={0} role="group" aria-label="Heat map">
        <table class="heat">
          <caption class="hidden">
            Expected fires of the coming seven days by weekday and hour, in {map.timezone}
          </caption>
          <thead>
            <tr>
              <td />
              {HOURS.map((hour) => (
                <th key={hour} scope="col">
                  {hour % 3 === 0 ? String(hour).padStart(2, '0') : <span class="hidden">{hour}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {map.cells.map((row, day) => (
              <tr key={DAYS[day]}>
                <th scope="row">{DAYS[day]}</th>
                {row.map((count, hour) => (
                  <td key={hour} class={`heat-${levelOf(count, most)}`} title={cellText(day, hour, count)}>
                    <span class="hidden">{numberText(count)}</span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="muted small heat-note">
        {most === 0 ? 'Nothing fires in the coming week.' : `Up to ${counted(most, 'fire')} an hour`}, of{' '}
        {counted(map.jobsCounted, 'job')}
        {map.isComplete ? '.' : ' so far: it is being counted.'}
      </p>
    </>
  );
}

/** 0 for none, then five levels; by the square root, so that a single full hour does not make all others pale. */
function levelOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1, Math.ceil(Math.sqrt(count / most) * LEVELS));
}

function cellText(day: number, hour: number, count: number): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${DAYS[day]} ${two(hour)}:00–${two((hour + 1) % 24)}:00: ${counted(count, 'fire')}`;
}

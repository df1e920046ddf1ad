// Runs as a table, newest first.
import type { Run } from '../../api/types.ts';
import { durationText, isLate } from '../format/duration.ts';
import { StateBadge } from '../parts/state-badge.tsx';
import { When } from '../parts/when.tsx';
import { runHref } from '../route.ts';

interface RunTableProps {
  readonly runs: readonly Run[];
  readonly zone: string | null;
}

export function RunTable({ runs, zone }: RunTableProps) {
  return (
    <section class="scroll-x" tabIndex={0} aria-label="Runs">
      <table class="table run-table">
        <thead>
          <tr>
            <th scope="col">Due</th>
            <th scope="col">Outcome</th>
            <th scope="col" class="number">
              Late
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col">Note</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunLine key={run.id} run={run} zone={zone} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RunLine({ run, zone }: { readonly run: Run; readonly zone: string | null }) {
  const { id, state, lateMs, durationMs } = run;
  return (
    <tr>
      <td class="nowrap">
        <a data-row href={runHref(id)}>
          <When at={run.fireTime} zone={zone} />
        </a>
      </td>
      <td>
        <StateBadge state={state} />
      </td>
      <td class="number nowrap">{isLate(lateMs) ? durationText(lateMs) : <span class="muted">–</span>}</td>
      <td class="number nowrap">{durationMs === null ? <span class="muted">–</span> : durationText(durationMs)}</td>
      <td class="small">
        <span class="clamp wrap">{noteOf(run)}</span>
      </td>
    </tr>
  );
}

/** What is worth a word about a run in a list. */
export function noteOf({ error, reason, attempt, coalesced, progress, state }: Run): string {
  if (error !== null) return error;
  const notes: string[] = [];
  if (state === 'running' && progress !== null) {
    notes.push(`${Math.round(progress.fraction * 100)} %${progress.text === null ? '' : ` ${progress.text}`}`);
  }
  if (reason === 'manual') notes.push('run by hand');
  else if (reason !== 'scheduled') notes.push(reason);
  if (attempt > 1) notes.push(`attempt ${attempt}`);
  if (coalesced > 0) notes.push(`stands for ${coalesced} more`);
  return notes.join(' · ');
}

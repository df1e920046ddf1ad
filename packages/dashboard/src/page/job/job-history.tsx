// The runs of a job, newest first, with how long each took.
import type { RunList } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { usePaged } from '../data/paged.ts';
import { Button } from '../parts/button.tsx';
import { Empty, Loading, ProblemNotice } from '../parts/notice.tsx';
import { DurationBars } from '../runs/duration-bars.tsx';
import { RunTable } from '../runs/run-table.tsx';
import { useFreshRuns } from '../runs/use-fresh-runs.ts';

interface JobHistoryProps {
  readonly id: string;
  readonly jobStore: string;
  readonly zone: string | null;
}

const PART_SIZE = 25;

export function JobHistory({ id, jobStore, zone }: JobHistoryProps) {
  const list = usePaged(`runs of ${jobStore} ${id}`, (cursor, signal) =>
    ask<RunList>('runs', { query: { jobId: id, jobStore, limit: PART_SIZE, cursor }, signal }),
  );
  useFreshRuns(list, (run) => run.jobId === id && run.jobStore === jobStore);
  return (
    <section class="card" aria-labelledby="history">
      <header>
        <h2 id="history">History</h2>
        <DurationBars runs={list.items} />
      </header>
      {list.error !== null && (
        <ProblemNotice what="The runs could not be loaded." error={list.error} onRetry={list.reload} />
      )}
      {list.items.length === 0 && list.isLoading && <Loading what="the runs" />}
      {list.items.length === 0 && !list.isLoading && list.error === null && (
        <Empty title="It has not run yet">
          <p>Its runs appear here, from the first fire time on.</p>
        </Empty>
      )}
      {list.items.length > 0 && <RunTable runs={list.items} zone={zone} />}
      {list.hasMore && (
        <p class="more">
          <Button onClick={list.more} disabled={list.isLoading}>
            Older runs
          </Button>
        </p>
      )}
    </section>
  );
}

// The runs of all jobs: what happens now, and what went wrong.
import type { Run, RunList, RunState } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { type PagedList, usePaged } from '../data/paged.ts';
import { durationText, isLate } from '../format/duration.ts';
import { BAD_STATES, counted } from '../format/words.ts';
import { Head } from '../parts/head.tsx';
import { Cell, LongTable } from '../parts/long-table.tsx';
import { Empty, Loading, ProblemNotice } from '../parts/notice.tsx';
import { Segments } from '../parts/segments.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { When } from '../parts/when.tsx';
import { jobHref, route, runHref, setParams } from '../route.ts';
import { noteOf } from './run-table.tsx';
import { useFreshRuns } from './use-fresh-runs.ts';

const GROUPS = {
  all: [],
  bad: BAD_STATES,
  open: ['running', 'queued'],
  succeeded: ['succeeded'],
  unstarted: ['skipped', 'cancelled'],
} as const satisfies { readonly [group: string]: readonly RunState[] };

type Group = keyof typeof GROUPS;

const WORDS: readonly (readonly [Group, string])[] = [
  ['all', 'All'],
  ['bad', 'Went wrong'],
  ['open', 'Running and queued'],
  ['succeeded', 'Succeeded'],
  ['unstarted', 'Skipped, cancelled'],
];

const PART_SIZE = 100;
const ROW_PX = { wide: 52, narrow: 84 };

export function RunsView() {
  const group = groupOf(route.value.params.get('show'));
  const states: readonly RunState[] = GROUPS[group];
  const list = usePaged(`runs ${group}`, (cursor, signal) =>
    ask<RunList>('runs', { query: { state: states, limit: PART_SIZE, cursor }, signal }),
  );
  useFreshRuns(list, ({ state }) => states.length === 0 || states.includes(state));
  return (
    <>
      <Head title="Runs" lead={<p>Newest fire time first{list.hasMore ? '; more as you scroll' : ''}</p>} />
      <div class="filters">
        <Segments name="Outcome" words={WORDS} value={group} onChange={(show) => setParams({ show })} />
      </div>
      {list.error !== null && (
        <ProblemNotice what="The runs could not be loaded." error={list.error} onRetry={list.reload} />
      )}
      <Table list={list} group={group} />
    </>
  );
}

function groupOf(text: string | null): Group {
  return text !== null && Object.hasOwn(GROUPS, text) ? (text as Group) : 'all';
}

function Table({ list, group }: { readonly list: PagedList<Run>; readonly group: Group }) {
  if (list.items.length === 0 && list.isLoading) return <Loading what="runs" />;
  if (list.items.length === 0) return list.error === null ? <NoRuns group={group} /> : null;
  return (
    <LongTable
      name="Runs"
      kind="runs-table"
      columns={['Due', 'Job', 'Outcome', 'Late', 'Took', 'Note']}
      list={list}
      rowPx={ROW_PX}
      keyOf={({ id }) => id}
      row={(run) => <RunRow run={run} />}
    />
  );
}

function RunRow({ run }: { readonly run: Run }) {
  const { id, jobId, jobStore, state, lateMs, durationMs } = run;
  return (
    <div class="row-cells" role="presentation">
      <Cell kind="due">
        <a class="row-link cut" data-row href={runHref(id)}>
          <When at={run.fireTime} show="clock" />
        </a>
        <span class="muted small cut">
          <When at={run.fireTime} show="relative" />
        </span>
      </Cell>
      <Cell kind="job">
        <a class="cut" href={jobHref(jobId, jobStore)} title={jobId}>
          {jobId}
        </a>
      </Cell>
      <Cell kind="state">
        <StateBadge state={state} />
      </Cell>
      <Cell kind="late">{isLate(lateMs) ? durationText(lateMs) : <span class="muted">–</span>}</Cell>
      <Cell kind="took">{durationMs === null ? <span class="muted">–</span> : durationText(durationMs)}</Cell>
      <Cell kind="note">
        <span class="cut small muted" title={noteOf(run)}>
          {noteOf(run)}
        </span>
      </Cell>
    </div>
  );
}

function NoRuns({ group }: { readonly group: Group }) {
  return (
    <div class="card">
      <Empty title={group === 'bad' ? 'Nothing went wrong' : 'No such runs'}>
        <p>{group === 'all' ? 'Runs appear here from the first fire time on.' : counted(0, 'run')}</p>
      </Empty>
    </div>
  );
}

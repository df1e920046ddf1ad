// The list of jobs: found, filtered and sorted; as long as it may be.
import { useEffect, useState } from 'preact/hooks';
import type { JobGlance, JobList, JobState } from '../../api/types.ts';
import { ApiError, ask } from '../data/api.ts';
import { type PagedList, usePaged } from '../data/paged.ts';
import { may } from '../data/session.ts';
import { counted } from '../format/words.ts';
import { NewJobDialog } from '../job/new-job-dialog.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/field.tsx';
import { Head } from '../parts/head.tsx';
import { LongTable } from '../parts/long-table.tsx';
import { Loading, ProblemNotice } from '../parts/notice.tsx';
import { Search } from '../parts/search.tsx';
import { Segments } from '../parts/segments.tsx';
import { route, setParams } from '../route.ts';
import { JobRow } from './job-row.tsx';
import { NoJobs } from './no-jobs.tsx';
import { useFreshJobs } from './use-fresh-jobs.ts';

const ROW_PX = { wide: 64, narrow: 128 };
const PART_SIZE = 100;
const RECENT = 12;

const STATES = [
  ['', 'All'],
  ['active', 'Active'],
  ['paused', 'Paused'],
  ['finished', 'Finished'],
  ['broken', 'Broken'],
] as const satisfies readonly (readonly [JobState | '', string])[];

const SORTS = [
  ['nextRunTime', 'Next run first'],
  ['id', 'By id'],
] as const;

export function JobsView() {
  const { params } = route.value;
  const [isAdding, setAdding] = useState(false);
  const list = useJobs(params);
  useFreshJobs(list);
  useEffect(() => {
    if (params.has('focus')) setParams({ focus: null });
  }, [params]);
  return (
    <>
      <Head title="Jobs" lead={<p>{summary(list)}</p>}>
        {may('create') && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            New job
          </Button>
        )}
      </Head>
      <Filters params={params} />
      {list.error !== null && <Failure list={list} />}
      <Table list={list} isFiltered={isFiltered(params)} />
      {isAdding && <NewJobDialog onClose={() => setAdding(false)} onAdded={list.reload} />}
    </>
  );
}

/** Why there is no list: too many jobs for this order is nothing that trying again would help. */
function Failure({ list }: { readonly list: PagedList<JobGlance> }) {
  const { error, reload } = list;
  if (!(error instanceof ApiError && error.problem?.field === 'sort'))
    return <ProblemNotice what="The jobs could not be loaded." error={error} onRetry={reload} />;
  return (
    <div class="notice" role="status">
      <div>
        <strong>There are too many jobs to order them by id.</strong>
        <p>Search for a part of the id, choose a state or a tag, or see them by their next run.</p>
      </div>
      <Button onClick={() => setParams({ sort: null })}>Order by next run</Button>
    </div>
  );
}

function useJobs(params: URLSearchParams): PagedList<JobGlance> {
  const query = {
    search: params.get('search'),
    state: params.getAll('state'),
    tag: params.getAll('tag'),
    task: params.getAll('task'),
    sort: params.get('sort') ?? 'nextRunTime',
  };
  return usePaged(JSON.stringify(query), (cursor, signal) =>
    ask<JobList>('jobs', { query: { ...query, cursor, limit: PART_SIZE, recent: RECENT }, signal }),
  );
}

function isFiltered(params: URLSearchParams): boolean {
  return ['search', 'state', 'tag', 'task'].some((name) => params.has(name));
}

function summary({ items, hasMore, isLoading, error }: PagedList<JobGlance>): string {
  if (items.length === 0 && error !== null) return 'Not loaded';
  if (items.length === 0) return isLoading ? 'Loading…' : 'None';
  return hasMore ? `The first ${counted(items.length, 'job')}; more as you scroll` : counted(items.length, 'job');
}

function Filters({ params }: { readonly params: URLSearchParams }) {
  const chosen = [...params.getAll('tag').map((tag) => ['tag', tag]), ...params.getAll('task').map((t) => ['task', t])];
  return (
    <div class="filters">
      <Search
        label="Search jobs by id or name"
        value={params.get('search') ?? ''}
        takesFocus={params.get('focus') === 'search'}
        onSearch={(search) => setParams({ search })}
      />
      <Segments
        name="State"
        words={STATES}
        value={(params.get('state') ?? '') as JobState | ''}
        onChange={(state) => setParams({ state })}
      />
      <Choice
        label="Order"
        isQuiet
        value={params.get('sort') === 'id' ? 'id' : 'nextRunTime'}
        words={SORTS}
        onChange={(sort) => setParams({ sort })}
      />
      {chosen.map(([name = '', value = '']) => (
        <button
          key={`${name} ${value}`}
          type="button"
          class="tag is-chosen"
          onClick={() => setParams({ [name]: params.getAll(name).filter((other) => other !== value) })}
        >
          {name}: {value} <span aria-hidden="true">×</span>
          <span class="hidden"> (remove this filter)</span>
        </button>
      ))}
    </div>
  );
}

function Table({ list, isFiltered }: { readonly list: PagedList<JobGlance>; readonly isFiltered: boolean }) {
  if (list.items.length === 0 && list.isLoading) return <Loading what="jobs" />;
  if (list.items.length === 0) return list.error === null ? <NoJobs isFiltered={isFiltered} /> : null;
  return (
    <LongTable
      name="Jobs"
      kind="job-table"
      columns={['Job', 'Trigger', 'Next run', 'Last run', 'Last outcomes', 'State']}
      list={list}
      rowPx={ROW_PX}
      keyOf={keyOf}
      row={(job) => <JobRow job={job} />}
    />
  );
}

function keyOf({ jobStore, id }: JobGlance): string {
  return `${jobStore} ${id}`;
}

// What will run and what collides, what ran and what went wrong: the first thing one sees.
import { useState } from 'preact/hooks';
import type { Statistics, Timeline } from '../../api/types.ts';
import { now } from '../clock.ts';
import { ask } from '../data/api.ts';
import type { LiveNews } from '../data/live.ts';
import { useResource } from '../data/resource.ts';
import { NoJobs } from '../jobs/no-jobs.tsx';
import { Head } from '../parts/head.tsx';
import { Loading, ProblemNotice } from '../parts/notice.tsx';
import { Search } from '../parts/search.tsx';
import { Segments } from '../parts/segments.tsx';
import { route, setParams } from '../route.ts';
import { stored } from '../settings/stored.ts';
import { Busiest } from './busiest.tsx';
import { Failing } from './failing.tsx';
import { FireTable } from './fire-table.tsx';
import { HeatMap } from './heat-map.tsx';
import { LaneChart } from './lane-chart.tsx';
import { meetingsOf } from './meetings.ts';
import { Overview } from './overview.tsx';
import { SPANS, type Span, spanOf, windowAround } from './window.ts';

const LANES = 40;
const MOST_LANES = 200;
const FIRES = 500;
const REFRESH_MS = 30_000;

const form = stored('timeline', ['chart', 'table'] as const, 'chart');

/** Events that change what the timeline shows. */
function isNews({ type }: LiveNews): boolean {
  return type !== 'run:progress' && type !== 'run:log';
}

export function TimelineView() {
  const { params } = route.value;
  const span = spanOf(params.get('span'));
  const search = params.get('search') ?? '';
  const [lanes, setLanes] = useState(LANES);
  const timeline = useResource(
    `timeline ${span} ${lanes} ${search}`,
    (signal) => {
      const { fromMs, untilMs } = windowAround(now(), span);
      const bounds = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
      return ask<Timeline>('timeline', { query: { ...bounds, lanes, fires: FIRES, search }, signal });
    },
    { on: isNews, everyMs: REFRESH_MS },
  );
  const statistics = useResource('statistics', (signal) => ask<Statistics>('statistics', { signal }), {
    on: isNews,
    everyMs: REFRESH_MS,
  });
  const { data } = timeline;
  const isEmpty = statistics.data?.jobs.total === 0 && data?.lanes.length === 0 && search === '';
  return (
    <>
      <Head title="Timeline">
        <Controls span={span} search={search} />
      </Head>
      <div class="stack">
        {statistics.data !== null && <Overview statistics={statistics.data} />}
        {timeline.error !== null && (
          <ProblemNotice what="The timeline could not be loaded." error={timeline.error} onRetry={timeline.reload} />
        )}
        {timeline.isLoading && <Loading what="the timeline" />}
        {isEmpty && <NoJobs isFiltered={false} />}
        {data !== null && !isEmpty && <Lanes timeline={data} span={span} lanes={lanes} onMore={setLanes} />}
        <div class="columns">
          {data !== null && !isEmpty && <Busiest meetings={meetingsOf(data.lanes)} nowMs={Date.parse(data.now)} />}
          {statistics.data !== null && <Failing failing={statistics.data.failing} />}
        </div>
        {!isEmpty && <HeatMap />}
      </div>
    </>
  );
}

function Controls({ span, search }: { readonly span: Span; readonly search: string }) {
  return (
    <>
      <Search label="Only these jobs" value={search} onSearch={(text) => setParams({ search: text })} />
      <Segments
        name="How far ahead"
        words={(Object.keys(SPANS) as Span[]).map((name) => [name, SPANS[name].text] as const)}
        value={span}
        onChange={(next) => setParams({ span: next })}
      />
      <Segments
        name="Form"
        words={[
          ['chart', 'Chart'],
          ['table', 'Table'],
        ]}
        value={form.value}
        onChange={(next) => {
          form.value = next;
        }}
      />
    </>
  );
}

interface LanesProps {
  readonly timeline: Timeline;
  readonly span: Span;
  readonly lanes: number;
  readonly onMore: (lanes: number) => void;
}

function Lanes({ timeline, span, lanes, onMore }: LanesProps) {
  if (timeline.lanes.length === 0) {
    return <p class="card card-body muted">Nothing runs in this window. Try a longer one.</p>;
  }
  const hasMore = timeline.cursor !== null;
  return (
    <section class="card" aria-label="Timeline of jobs">
      {form.value === 'chart' ? <LaneChart timeline={timeline} span={span} /> : <FireTable timeline={timeline} />}
      {!timeline.runsComplete && (
        <p class="more muted small">More ran in this window than is shown; the newest runs are.</p>
      )}
      {hasMore && (
        <p class="more">
          {lanes < MOST_LANES ? (
            <button type="button" class="button" onClick={() => onMore(Math.min(MOST_LANES, lanes * 2))}>
              Show more jobs
            </button>
          ) : (
            <span class="muted small">There are more jobs than fit here: search for those you mean.</span>
          )}
        </p>
      )}
    </section>
  );
}

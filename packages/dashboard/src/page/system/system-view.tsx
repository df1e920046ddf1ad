// The system: how the scheduler is, and its processes, stores, executors and tasks.
import { useEffect, useState } from 'preact/hooks';
import type { Health, LiveEvent, ProcessList } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { onNews } from '../data/live.ts';
import { useResource } from '../data/resource.ts';
import { durationText } from '../format/duration.ts';
import { counted } from '../format/words.ts';
import { Head } from '../parts/head.tsx';
import { Mark } from '../parts/mark.tsx';
import { Loading, ProblemNotice } from '../parts/notice.tsx';
import { Tile } from '../parts/tile.tsx';
import { Executors, Processes, Stores, SystemErrors, UnknownTasks } from './system-parts.tsx';

const EVERY_MS = 5000;
const MOST_ERRORS = 20;

/** Events that tell of something that is wrong with the system rather than with a job. */
const TROUBLE = ['scheduler:error', 'job-store:degraded', 'clock:jumped', 'clock:skewed', 'job:error', 'task:unknown'];

export function SystemView() {
  const health = useResource('health', (signal) => ask<Health>('health', { signal }), { everyMs: EVERY_MS });
  const processes = useResource('processes', (signal) => ask<ProcessList>('processes', { signal }), {
    everyMs: EVERY_MS,
  });
  const errors = useTrouble();
  const { data } = health;
  return (
    <>
      <Head title="System" />
      {health.error !== null && (
        <ProblemNotice
          what="The state of the scheduler could not be loaded."
          error={health.error}
          onRetry={health.reload}
        />
      )}
      {health.isLoading && <Loading what="the state of the scheduler" />}
      <div class="stack">
        {data !== null && <Tiles health={data} />}
        {data !== null && <UnknownTasks tasks={data.unknownTasks} />}
        {processes.error !== null && (
          <ProblemNotice what="The processes could not be loaded." error={processes.error} />
        )}
        {processes.data !== null && <Processes processes={processes.data.items} />}
        {data !== null && (
          <div class="columns">
            <Stores stores={data.stores} />
            <Executors executors={data.executors} />
          </div>
        )}
        <SystemErrors events={errors} />
      </div>
    </>
  );
}

const STATUS = {
  ok: { word: 'Working', mark: 'succeeded' },
  degraded: { word: 'Degraded', mark: 'failed' },
  stopped: { word: 'Stopped', mark: 'paused' },
} as const;

function Tiles({ health }: { readonly health: Health }) {
  const { word, mark } = STATUS[health.status];
  const age = health.lastTickAgeMs;
  return (
    <ul class="tiles">
      <Tile name="Scheduler" note={health.state}>
        <Mark state={mark} /> {word}
      </Tile>
      <Tile name="Lag" note="how late the newest due job was found">
        {durationText(health.lagMs)}
      </Tile>
      <Tile name="Last look for work" note={age === null ? 'not yet' : 'ago'}>
        {age === null ? '–' : durationText(age)}
      </Tile>
      <Tile name="Running here" note={health.running === 0 ? 'idle' : 'in this process'}>
        {counted(health.running, 'run')}
      </Tile>
    </ul>
  );
}

/** What went wrong since the page was opened here, newest first. */
function useTrouble(): readonly LiveEvent[] {
  const [events, setEvents] = useState<readonly LiveEvent[]>([]);
  useEffect(
    () =>
      onNews((news) => {
        if (!('data' in news) || !TROUBLE.includes(news.type)) return;
        setEvents((before) => [news, ...before].slice(0, MOST_ERRORS));
      }),
    [],
  );
  return events;
}

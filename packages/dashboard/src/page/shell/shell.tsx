// The page around its views.
import { useEffect, useState } from 'preact/hooks';
import { loadSession, session } from '../data/session.ts';
import { JobView } from '../job/job-view.tsx';
import { JobsView } from '../jobs/jobs-view.tsx';
import { Empty, ProblemNotice } from '../parts/notice.tsx';
import { Toasts } from '../parts/toasts.tsx';
import { type Route, route } from '../route.ts';
import { RunView } from '../runs/run-view.tsx';
import { RunsView } from '../runs/runs-view.tsx';
import { SystemView } from '../system/system-view.tsx';
import { TimelineView } from '../timeline/timeline-view.tsx';
import { Announcer } from './announcer.tsx';
import { Bar } from './bar.tsx';
import { ShortcutHelp } from './shortcuts.tsx';

export function Shell() {
  const [error, setError] = useState<unknown>(null);
  const load = () => void loadSession().then(() => setError(null), setError);
  useEffect(load, []);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <Bar />
      <main id="main" class="main" tabIndex={-1}>
        {error !== null && <ProblemNotice what="The page could not be set up." error={error} onRetry={load} />}
        {session.value !== null && <CurrentView {...route.value} />}
      </main>
      <Toasts />
      <Announcer />
      <ShortcutHelp />
    </>
  );
}

/** Keys make a new view of each job and run. */
function CurrentView({ view, id, params }: Route) {
  switch (view) {
    case 'timeline':
      return <TimelineView />;
    case 'jobs':
      return <JobsView />;
    case 'job':
      return <JobView key={id} id={id} jobStore={params.get('store')} />;
    case 'runs':
      return <RunsView />;
    case 'run':
      return <RunView key={id} id={id} />;
    case 'system':
      return <SystemView />;
    case 'unknown':
      return (
        <Empty title="There is nothing here">
          <p>
            The address may be mistyped. <a href="#/">Go to the timeline</a>
          </p>
        </Empty>
      );
  }
}

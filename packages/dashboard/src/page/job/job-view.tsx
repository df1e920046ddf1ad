// A job: when it fires, in words and times; how it went; and what can be done with it.
import type { Job, Preview } from '../../api/types.ts';
import { ask } from '../data/api.ts';
import { concernsJob } from '../data/live.ts';
import { jobPath } from '../data/paths.ts';
import { useResource } from '../data/resource.ts';
import { Head } from '../parts/head.tsx';
import { Mark } from '../parts/mark.tsx';
import { Loading, ProblemNotice } from '../parts/notice.tsx';
import { StateBadge } from '../parts/state-badge.tsx';
import { JobActions } from './job-actions.tsx';
import { JobFacts } from './job-facts.tsx';
import { JobHistory } from './job-history.tsx';
import { NextFires } from './next-fires.tsx';

interface JobViewProps {
  readonly id: string;
  readonly jobStore: string | null;
}

const FIRES = 10;

export function JobView({ id, jobStore }: JobViewProps) {
  const query = { jobStore };
  const key = `${jobStore} ${id}`;
  const isNews = (news: Parameters<typeof concernsJob>[0]) =>
    concernsJob(news, id) && news.type !== 'run:progress' && news.type !== 'run:log';
  const job = useResource(`job ${key}`, (signal) => ask<Job>(jobPath(id), { query, signal }), { on: isNews });
  const fires = useResource(
    job.data === null ? null : `fires ${key} ${job.data.revision} ${job.data.nextRunTime}`,
    (signal) => ask<Preview>(jobPath(id, '/fire-times'), { query: { ...query, count: FIRES }, signal }),
  );
  const { data } = job;
  return (
    <>
      <Head
        title={id}
        crumb={<a href="#/jobs">Jobs</a>}
        badge={data !== null && <StateBadge state={data.state} />}
        lead={data !== null && <Lead job={data} />}
      >
        {data !== null && <JobActions job={data} onChange={job.set} />}
      </Head>
      {job.error !== null && (
        <ProblemNotice what="The job could not be loaded." error={job.error} onRetry={job.reload} />
      )}
      {job.isLoading && <Loading what="the job" />}
      {data !== null && (
        <div class="columns">
          <div class="stack">
            <NextFires job={data} preview={fires} />
            <JobHistory id={id} jobStore={data.jobStore} zone={data.timezone} />
          </div>
          <JobFacts job={data} />
        </div>
      )}
    </>
  );
}

function Lead({ job }: { readonly job: Job }) {
  return (
    <>
      {job.name !== job.id && <p class="wrap">{job.name}</p>}
      {job.tags.length > 0 && (
        <p class="tags">
          {job.tags.map((tag) => (
            <a key={tag} class="tag cut" href={`#/jobs?tag=${encodeURIComponent(tag)}`}>
              {tag}
            </a>
          ))}
        </p>
      )}
      {job.note !== null && (
        <p class="note wrap">
          <Mark state={job.state === 'broken' ? 'broken' : 'paused'} />
          {job.state === 'broken' ? `Set aside: ${job.note}` : `Paused: ${job.note}`}
        </p>
      )}
      {!job.taskKnown && (
        <p class="note wrap">
          <Mark state="missed" />
          The process that answers here does not know the task “{job.task}”. The job waits for one that does: define the
          task there, or remove the job.
        </p>
      )}
    </>
  );
}

// Keeps the jobs of a long list up to date: what an event concerns is asked for again by itself, a few at a time.
import { useEffect, useRef } from 'preact/hooks';
import type { Job, JobGlance, Run, RunGlance } from '../../api/types.ts';
import { after } from '../clock.ts';
import { ask } from '../data/api.ts';
import { type LiveNews, onNews } from '../data/live.ts';
import type { PagedList } from '../data/paged.ts';
import { jobPath } from '../data/paths.ts';

const PAUSE_MS = 1000;
/** More than these are not asked for one by one. */
const AT_ONCE = 12;
const STRIP_LENGTH = 12;

/** What has been heard since the list was last brought up to date. */
interface Heard {
  readonly jobs: Map<string, { readonly id: string; readonly jobStore: string }>;
  isStale: boolean;
}

export function useFreshJobs(list: PagedList<JobGlance>): void {
  const latest = useRef(list);
  latest.current = list;
  useEffect(() => {
    const heard: Heard = { jobs: new Map(), isStale: false };
    let giveUp: (() => void) | null = null;
    const stop = onNews((news) => {
      note(news, heard, latest.current);
      if (!heard.isStale && heard.jobs.size === 0) return;
      giveUp ??= after(PAUSE_MS, () => {
        giveUp = null;
        void bringUpToDate(heard, latest.current);
      });
    });
    return () => {
      stop();
      giveUp?.();
    };
  }, []);
}

function note(news: LiveNews, heard: Heard, list: PagedList<JobGlance>): void {
  if (news.type === 'reset' || news.type === 'job:added') heard.isStale = true;
  if (!('jobId' in news) || news.jobId === undefined) return;
  const { jobId: id, jobStore = '' } = news;
  if (news.type === 'job:removed') {
    list.change((items) => items.filter((job) => !isJob(job, id, jobStore)));
    return;
  }
  const run = news.data['run'] as Run | undefined;
  if (run !== undefined) list.change((items) => withRun(items, run));
  if (news.type !== 'run:progress' && news.type !== 'run:log') heard.jobs.set(`${jobStore} ${id}`, { id, jobStore });
}

async function bringUpToDate(heard: Heard, list: PagedList<JobGlance>): Promise<void> {
  const { isStale } = heard;
  const loaded = [...heard.jobs.values()].filter(({ id, jobStore }) =>
    list.items.some((job) => isJob(job, id, jobStore)),
  );
  heard.jobs.clear();
  heard.isStale = false;
  // Whoever has scrolled down keeps the rows they look at.
  if ((isStale || loaded.length > AT_ONCE) && scrollY < innerHeight) {
    list.reload();
    return;
  }
  const jobs = await Promise.allSettled(
    loaded.slice(0, AT_ONCE).map(({ id, jobStore }) => ask<Job>(jobPath(id), { query: { jobStore } })),
  );
  const fresh = jobs.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (fresh.length > 0) list.change((items) => items.map((job) => renewed(job, fresh)));
}

function renewed(job: JobGlance, fresh: readonly Job[]): JobGlance {
  const newer = fresh.find(({ id, jobStore }) => isJob(job, id, jobStore));
  return newer === undefined ? job : { ...job, ...newer };
}

function withRun(items: readonly JobGlance[], run: Run): readonly JobGlance[] {
  return items.map((job) => {
    if (!isJob(job, run.jobId, run.jobStore)) return job;
    return { ...job, recent: withNewest(job.recent ?? [], run) };
  });
}

/** The strip with this run in its place, newest first. */
function withNewest(recent: readonly RunGlance[], run: RunGlance): RunGlance[] {
  const others = recent.filter(({ id }) => id !== run.id);
  return [...others, run].sort((a, b) => b.fireTime.localeCompare(a.fireTime)).slice(0, STRIP_LENGTH);
}

function isJob(job: JobGlance, id: string, jobStore: string): boolean {
  return job.id === id && job.jobStore === jobStore;
}

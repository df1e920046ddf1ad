// docs/from-apscheduler.md tells the truth: it leaves nothing out, its programs compile and do what they say.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as core from '../../src/index.ts';
import { faults, play, readPage, snippets } from './snippets.ts';

/** The public names of APScheduler 3.11, as its own introspection lists them. */
const NAMES = {
  schedulers:
    'BackgroundScheduler BlockingScheduler AsyncIOScheduler GeventScheduler TornadoScheduler TwistedScheduler QtScheduler',
  'options of a scheduler':
    'jobstores executors job_defaults timezone logger jobstore_retry_interval daemon event_loop',
  'methods of a scheduler': `add_executor add_job add_jobstore add_listener configure export_jobs get_job get_jobs import_jobs
    modify_job pause pause_job print_jobs remove_all_jobs remove_executor remove_job remove_jobstore remove_listener
    reschedule_job resume resume_job running scheduled_job shutdown start state wakeup`,
  'arguments of add_job': `func trigger args kwargs id name misfire_grace_time coalesce max_instances next_run_time jobstore
    executor replace_existing`,
  'a job': `args coalesce executor func func_ref id kwargs max_instances misfire_grace_time modify name next_run_time pause
    pending remove reschedule resume trigger`,
  triggers: `DateTrigger IntervalTrigger CronTrigger CalendarIntervalTrigger AndTrigger OrTrigger BaseTrigger run_date weeks
    days hours minutes seconds start_date end_date timezone jitter year month day week day_of_week hour minute second years
    months triggers from_crontab`,
  'job stores': `MemoryJobStore SQLAlchemyJobStore MongoDBJobStore RedisJobStore RethinkDBJobStore ZooKeeperJobStore
    EtcdJobStore url engine client tablename tableschema metadata pickle_protocol engine_options`,
  executors: `ThreadPoolExecutor ProcessPoolExecutor AsyncIOExecutor DebugExecutor GeventExecutor TornadoExecutor
    TwistedExecutor max_workers pool_kwargs`,
  events: `EVENT_ALL EVENT_ALL_JOBS_REMOVED EVENT_EXECUTOR_ADDED EVENT_EXECUTOR_REMOVED EVENT_JOBSTORE_ADDED
    EVENT_JOBSTORE_REMOVED EVENT_JOB_ADDED EVENT_JOB_ERROR EVENT_JOB_EXECUTED EVENT_JOB_MAX_INSTANCES EVENT_JOB_MISSED
    EVENT_JOB_MODIFIED EVENT_JOB_REMOVED EVENT_JOB_SUBMITTED EVENT_SCHEDULER_PAUSED EVENT_SCHEDULER_RESUMED
    EVENT_SCHEDULER_SHUTDOWN EVENT_SCHEDULER_START EVENT_SCHEDULER_STARTED SchedulerEvent JobEvent JobSubmissionEvent
    JobExecutionEvent code alias job_id jobstore scheduled_run_times scheduled_run_time retval exception traceback`,
  errors: `SchedulerAlreadyRunningError SchedulerNotRunningError ConflictingIdError JobLookupError TransientJobError
    MaxInstancesReachedError`,
} as const;

const page = readPage('from-apscheduler.md');
const programs = snippets(page);
/** All of the page but its programs. */
const tables = page.replace(/^```[\s\S]*?^```$/gm, '');

test.each(Object.entries(NAMES))('names all of APScheduler: %s', (_kind, names) => {
  expect(names.split(/\s+/).filter((name) => !new RegExp(`\\b${name}\\b`).test(tables))).toEqual([]);
});

test('what it says is ours is there', () => {
  const { Scheduler, CronTrigger } = core;
  const members = [Scheduler.prototype, CronTrigger].flatMap((owner) => Object.getOwnPropertyNames(owner));
  const known = new Set([...Object.keys(core), ...members, 'nextFireTimes']);
  const called = [...tables.matchAll(/\b([a-z]+[A-Z]\w*)\(/g)].map(([, name = '']) => name);
  expect(called.length).toBeGreaterThan(20);
  expect(called.filter((name) => !known.has(name))).toEqual([]);

  const source = readFileSync(new URL('../../src/scheduler/events.ts', import.meta.url), 'utf8');
  const events = [...tables.matchAll(/`([a-z-]+:[a-z-]+)`/g)].map(([, name = '']) => name);
  expect(events.length).toBeGreaterThan(25);
  expect(events.filter((name) => !source.includes(`'${name}':`))).toEqual([]);
});

test('the programs compile', () => {
  expect(programs.length).toBeGreaterThan(10);
  expect(faults(programs)).toEqual([]);
}, 120_000);

test.each(programs)('$title', async (program) => {
  // A Sunday.
  expect(await play(program, '2026-11-22T12:00:00Z')).toEqual([]);
});

// docs/from-apscheduler.md tells the truth: it leaves nothing out, its programs compile and do what they say.
import { expect, test } from 'vitest';
import type { SchedulerEventName } from '../../src/index.ts';
import * as core from '../../src/index.ts';
import { faults, play, readPage, snippets } from './snippets.ts';

/** The public names of APScheduler 3.11, as its own introspection lists them, and those of the preview's API reference. */
const NAMES = {
  schedulers:
    'BaseScheduler BackgroundScheduler BlockingScheduler AsyncIOScheduler GeventScheduler TornadoScheduler TwistedScheduler QtScheduler',
  'options of a scheduler':
    'gconfig prefix jobstores executors job_defaults timezone logger jobstore_retry_interval daemon event_loop io_loop reactor',
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
    EtcdJobStore BaseJobStore url engine client tablename tableschema metadata pickle_protocol engine_options database
    collection db jobs_key run_times_key connect_args table path close_connection_on_exit`,
  executors: `ThreadPoolExecutor ProcessPoolExecutor AsyncIOExecutor DebugExecutor GeventExecutor TornadoExecutor
    TwistedExecutor BaseExecutor BasePoolExecutor max_workers pool_kwargs`,
  events: `EVENT_ALL EVENT_ALL_JOBS_REMOVED EVENT_EXECUTOR_ADDED EVENT_EXECUTOR_REMOVED EVENT_JOBSTORE_ADDED
    EVENT_JOBSTORE_REMOVED EVENT_JOB_ADDED EVENT_JOB_ERROR EVENT_JOB_EXECUTED EVENT_JOB_MAX_INSTANCES EVENT_JOB_MISSED
    EVENT_JOB_MODIFIED EVENT_JOB_REMOVED EVENT_JOB_SUBMITTED EVENT_SCHEDULER_PAUSED EVENT_SCHEDULER_RESUMED
    EVENT_SCHEDULER_SHUTDOWN EVENT_SCHEDULER_START EVENT_SCHEDULER_STARTED SchedulerEvent JobEvent JobSubmissionEvent
    JobExecutionEvent code alias job_id jobstore scheduled_run_times scheduled_run_time retval exception traceback`,
  errors: `SchedulerAlreadyRunningError SchedulerNotRunningError ConflictingIdError JobLookupError TransientJobError
    MaxInstancesReachedError`,
  'version 4': `Task Schedule Job JobResult Scheduler AsyncScheduler AsyncJobExecutor ProcessPoolJobExecutor QtJobExecutor
    ThreadPoolJobExecutor MemoryDataStore SQLAlchemyDataStore MongoDBDataStore LocalEventBroker AsyncpgEventBroker
    PsycopgEventBroker MQTTEventBroker RedisEventBroker CBORSerializer JSONSerializer PickleSerializer SchedulerRole RunState
    JobOutcome ConflictPolicy CoalescePolicy current_scheduler current_async_scheduler current_job RetrySettings TaskDefaults`,
  'events of version 4': `Event DataStoreEvent TaskAdded TaskUpdated TaskRemoved ScheduleAdded ScheduleUpdated ScheduleRemoved
    JobAdded JobRemoved ScheduleDeserializationFailed JobDeserializationFailed SchedulerEvent SchedulerStarted
    SchedulerStopped JobAcquired JobReleased`,
  'errors of version 4': `TaskLookupError ScheduleLookupError JobLookupError CallableLookupError JobResultNotReady JobCancelled
    JobDeadlineMissed ConflictingIdError SerializationError DeserializationError MaxIterationsReached`,
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

  const events = [...tables.matchAll(/`([a-z-]+:[a-z-]+)`/g)].map(([, name = '']) => name);
  expect(events.length).toBeGreaterThan(25);
  const scheduler = new Scheduler();
  // Refuses names that no event has.
  for (const name of events) scheduler.on(name as SchedulerEventName, () => {});
});

/** Our names for the options in a table of a section: its second or third column. */
function ourOptions(section: string, column: number): string[] {
  const from = tables.indexOf(`\n## ${section}\n`);
  const text = tables.slice(from, tables.indexOf('\n## ', from + 1));
  const rows = text.slice(text.indexOf('\n| option |')).split('\n');
  const cells = rows.filter((row) => row.startsWith('| ')).map((row) => row.split('|')[column] ?? '');
  return cells.flatMap((cell) => /^ (`\w+`(?:, )?)+/.exec(cell)?.[0].match(/\w+/g) ?? []);
}

const KINDS = {
  'Job stores': {
    column: 3,
    kinds: [
      { type: 'sqlite', url: ':memory:' },
      { type: 'postgres', url: 'postgres://host/db' },
      { type: 'mysql', url: 'mysql://host/db' },
      { type: 'redis' },
      { type: 'mongodb' },
    ].map((store) => (name: string) => ({ jobStores: { default: { ...store, [name]: undefined } } })),
  },
  Executors: {
    column: 2,
    kinds: ['local', 'threadpool'].map((type) => (name: string) => ({
      executors: { default: { type, [name]: undefined } },
    })),
  },
};

test.each(Object.entries(KINDS))('the options it names are ours: %s', (section, { column, kinds }) => {
  const isTaken = (options: core.SchedulerOptions) => {
    try {
      return new core.Scheduler(options) instanceof core.Scheduler;
    } catch {
      return false;
    }
  };
  const names = ourOptions(section, column);
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !kinds.some((kind) => isTaken(kind(name))))).toEqual([]);
});

test('the programs compile', () => {
  expect(programs.length).toBeGreaterThan(10);
  expect(faults(programs)).toEqual([]);
}, 120_000);

test.each(programs)('$title', async (program) => {
  // A Sunday.
  expect(await play(program, '2026-11-22T12:00:00Z')).toEqual([]);
});

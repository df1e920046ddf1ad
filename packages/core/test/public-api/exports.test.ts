// The names every entry exports: a name that comes or goes is a decision, taken here (`vitest -u` writes the lists anew).
import { describe, expect, test } from 'vitest';
import * as background from '../../../background/src/index.ts';
import * as blocking from '../../../blocking/src/index.ts';
import * as bullmq from '../../../bullmq/src/index.ts';
import * as express from '../../../express/src/index.ts';
import * as rxjs from '../../../rxjs/src/index.ts';
import * as core from '../../src/index.ts';
import * as opentelemetry from '../../src/opentelemetry/index.ts';
import * as mongodb from '../../src/stores/mongodb/index.ts';
import * as mysql from '../../src/stores/mysql/index.ts';
import * as postgres from '../../src/stores/postgres/index.ts';
import * as redis from '../../src/stores/redis/index.ts';
import * as sqlite from '../../src/stores/sqlite/index.ts';
import * as testing from '../../src/testing/index.ts';

const names = (entry: object) => Object.keys(entry).sort();

describe('exported names', () => {
  test('@sched/core/opentelemetry', () => {
    expect(names(opentelemetry)).toEqual(['instrument']);
  });

  test('@sched/bullmq', () => {
    expect(names(bullmq)).toEqual(['bullmq', 'createWorker']);
  });

  test('@sched/core', () => {
    expect(names(core)).toMatchInlineSnapshot(`
      [
        "AndTrigger",
        "CalendarIntervalTrigger",
        "CorruptRecordError",
        "CronTrigger",
        "DateTrigger",
        "ExceptTrigger",
        "IntervalTrigger",
        "InvalidOptionError",
        "InvalidTriggerError",
        "JobChangedError",
        "JobConflictError",
        "JobNotFoundError",
        "LocalExecutor",
        "MemoryStore",
        "OrTrigger",
        "POLICY_NAMES",
        "ProcessPoolExecutor",
        "RunAbortedError",
        "RunNotFoundError",
        "RunStateError",
        "SchedError",
        "Scheduler",
        "SchedulerStateError",
        "ThreadPoolExecutor",
        "UnserializableArgumentsError",
        "WorkerLostError",
        "createTrigger",
        "currentRun",
        "decodeArguments",
        "defineTask",
        "encodeArguments",
        "errorFields",
        "errorFromFields",
        "explain",
        "formatCrontab",
        "holdProcess",
        "isTask",
        "isTrigger",
        "nextFireTimes",
        "onlyBoolean",
        "onlyOptions",
        "parseConfiguration",
        "readSignals",
        "registerTrigger",
        "runWith",
        "shutdownLimitMs",
        "systemClock",
        "toDurationMs",
        "toError",
        "triggerFromJson",
      ]
    `);
  });

  test('@sched/core/stores/mongodb', () => {
    expect(names(mongodb)).toMatchInlineSnapshot(`
      [
        "MongodbStore",
      ]
    `);
  });

  test('@sched/core/stores/mysql', () => {
    expect(names(mysql)).toMatchInlineSnapshot(`
      [
        "MysqlStore",
        "mysqlSchema",
      ]
    `);
  });

  test('@sched/core/stores/postgres', () => {
    expect(names(postgres)).toMatchInlineSnapshot(`
      [
        "PostgresStore",
        "postgresSchema",
      ]
    `);
  });

  test('@sched/core/stores/redis', () => {
    expect(names(redis)).toMatchInlineSnapshot(`
      [
        "RedisStore",
      ]
    `);
  });

  test('@sched/core/stores/sqlite', () => {
    expect(names(sqlite)).toMatchInlineSnapshot(`
      [
        "SqliteStore",
        "sqliteSchema",
      ]
    `);
  });

  test('@sched/core/testing', () => {
    expect(names(testing)).toMatchInlineSnapshot(`
      [
        "VirtualClock",
        "executorContract",
        "executorTasks",
        "executorTasksUrl",
        "schedulerContract",
        "storeContract",
      ]
    `);
  });

  test('@sched/background', () => {
    expect(names(background)).toMatchInlineSnapshot(`
      [
        "BackgroundScheduler",
      ]
    `);
  });

  test('@sched/blocking', () => {
    expect(names(blocking)).toMatchInlineSnapshot(`
      [
        "BlockingScheduler",
      ]
    `);
  });

  test('@sched/express', () => {
    expect(names(express)).toMatchInlineSnapshot(`
      [
        "attachScheduler",
        "schedRouter",
        "schedulerMiddleware",
      ]
    `);
  });

  test('@sched/rxjs', () => {
    expect(names(rxjs)).toMatchInlineSnapshot(`
      [
        "RunFailedError",
        "RxScheduler",
        "abortable",
        "fromTrigger",
        "runJob",
      ]
    `);
  });
});

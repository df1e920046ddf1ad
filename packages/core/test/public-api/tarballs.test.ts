// What is published, as its users meet it: the tarballs, in a project of their own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
import { createUserProject, type UserProject } from './user-project.ts';

const entries: Readonly<Record<string, object>> = {
  '@sched/core': core,
  '@sched/core/stores/mongodb': mongodb,
  '@sched/core/stores/mysql': mysql,
  '@sched/core/opentelemetry': opentelemetry,
  '@sched/core/stores/postgres': postgres,
  '@sched/core/stores/redis': redis,
  '@sched/core/stores/sqlite': sqlite,
  '@sched/core/testing': testing,
  '@sched/background': background,
  '@sched/blocking': blocking,
  '@sched/bullmq': bullmq,
  '@sched/express': express,
  '@sched/rxjs': rxjs,
};

/** A program of a user's that touches every entry; a compiler that sees `any` anywhere fails at the expected errors. */
const PROGRAM = `
import { BackgroundScheduler } from '@sched/background';
import { BlockingScheduler } from '@sched/blocking';
import { bullmq, createWorker } from '@sched/bullmq';
import { CronTrigger, defineTask } from '@sched/core';
import { instrument } from '@sched/core/opentelemetry';
import { MongodbStore } from '@sched/core/stores/mongodb';
import { MysqlStore } from '@sched/core/stores/mysql';
import { PostgresStore } from '@sched/core/stores/postgres';
import { RedisStore } from '@sched/core/stores/redis';
import { SqliteStore } from '@sched/core/stores/sqlite';
import { VirtualClock } from '@sched/core/testing';

const report = defineTask('report', async (region: string) => region.length);
export const store = new SqliteStore({ url: ':memory:' });
export const servers = [
  new MongodbStore({ url: 'mongodb://localhost/jobs' }),
  new MysqlStore({ url: 'mysql://localhost/jobs' }),
  new PostgresStore({ url: 'postgres://localhost/jobs' }),
  new RedisStore({ url: 'redis://localhost' }),
];
export const clock = new VirtualClock();
export const blocking = new BlockingScheduler({ tasks: [report], executors: { far: bullmq({ connection: { host: 'localhost' } }) } });
export const stop: () => void = instrument(blocking);
export const work = () => createWorker({ tasks: [report], connection: 'redis://localhost' });

export async function main(): Promise<void> {
  const scheduler = new BackgroundScheduler({ timezone: 'UTC', tasks: [report] });
  const job = await scheduler.addJob(report, 'cron', { hour: '0-3', id: 'eu', args: ['eu'] });
  await scheduler.addJob(report, CronTrigger.fromCrontab('0 0 1-15 may-aug *'), { id: 'us', args: ['us'] });
  await job.remove();
  await scheduler.shutdown();
  // @ts-expect-error -- options are an object
  new BackgroundScheduler(42);
  // @ts-expect-error -- the task takes a region by name
  await scheduler.addJob(report, 'interval', { minutes: 1, args: [42] });
  // @ts-expect-error -- the tasks of a worker are a list
  createWorker({ tasks: report, connection: 'redis://localhost' });
  // @ts-expect-error -- the option is called url
  new SqliteStore({ file: 'jobs.sqlite' });
}
`;

describe('tarballs', () => {
  let project: UserProject;
  beforeAll(() => {
    project = createUserProject();
  }, 120_000);
  afterAll(() => project?.remove());

  test('hold the build, the README, the licence and the manifest only', () => {
    for (const files of Object.values(project.tarballs)) {
      expect(files).toEqual(
        expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.cjs']),
      );
      expect(files.filter((file) => !/^(dist\/.*|LICENSE|README\.md|package\.json)$/.test(file))).toEqual([]);
    }
  });

  test.each(Object.keys(entries))('%s exports the same names to import and to require', (entry) => {
    const names = Object.keys(entries[entry] ?? {}).sort();
    const print = 'console.log(JSON.stringify(Object.keys(entry).sort()))';
    expect(JSON.parse(project.run('names.mjs', `import * as entry from '${entry}'; ${print}`))).toEqual(names);
    expect(JSON.parse(project.run('names.cjs', `const entry = require('${entry}'); ${print}`))).toEqual(names);
  });

  test.each([
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', { module: 'preserve', moduleResolution: 'bundler' }],
  ])(
    'types serve ESM and CommonJS programs under moduleResolution %s',
    (_name, options) => {
      expect(project.compile({ 'program.mts': PROGRAM, 'program.cts': PROGRAM }, options)).toBe('');
    },
    120_000,
  );
});

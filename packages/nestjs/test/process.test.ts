// The process of an application: what keeps it alive, and what a signal does to it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Programs } from './programs.ts';

let programs: Programs;
beforeAll(() => {
  programs = new Programs();
});
afterAll(() => programs?.remove());

/** An application without a server, whose one provider has these methods. */
const application = (methods: string, after = '') => `
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cron, InjectScheduler, Interval, SchedModule, Timeout } from '@sched/nestjs';

class Tasks {
  ${methods}
}

@Module({ imports: [SchedModule.forRoot()], providers: [Tasks] })
class AppModule {}

async function main() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  ${after}
  console.log('started');
}
void main();
`;

const SLOW = `
  @Interval(50, { waitForCompletion: true })
  async run() {
    console.log('begins');
    await new Promise((resolve) => setTimeout(resolve, 500));
    console.log('ends');
  }`;

describe('a process', () => {
  test('stays alive for its jobs', async () => {
    const methods = `@Interval(100) run() { console.log('ran'); }`;
    const { code, output } = await programs.run('alive', application(methods), {
      watch: (text, kill) => {
        if (text.split('ran').length > 3) kill('SIGKILL');
      },
    });
    expect(code, output).toBe('SIGKILL');
  });

  test.each([
    ['has no jobs', ''],
    ['has only jobs that let it end', `@Cron('* * * * *', { unrefTimeout: true }) run() {}`],
    ['has only disabled jobs', `@Interval(1000, { disabled: true }) run() {}`],
    ['has only jobs that are over', `@Cron('* * * * * *', { endDate: '2020-01-01T00:00:00Z' }) run() {}`],
    ['has done what was to do once', `@Timeout(100) run() { console.log('ran'); }`],
  ])('ends by itself if it %s', async (_, methods) => {
    const { code, output } = await programs.run('ends', application(methods));
    expect(code, output).toBe(0);
    expect(output).toMatch(methods.includes('ran') ? /^started\nran\n$/ : /^started\n$/);
  });

  test.each([
    ['by the signal', `app.enableShutdownHooks();`, 'SIGTERM'],
    ['with exit code 0', `app.enableShutdownHooks([], { useProcessExit: true });`, 0],
  ])('lets runs come to their end on SIGTERM, and ends %s', async (_, hooks, ended) => {
    const { code, output } = await programs.run('term', application(SLOW, hooks), {
      watch: (text, kill) => {
        if (text.endsWith('begins\n')) kill('SIGTERM');
      },
    });
    expect(code, output).toBe(ended);
    expect(output).toMatch(/begins\nends\n$/);
  });

  test('lets runs come to their end on close, without shutdown hooks, and ends by itself', async () => {
    const { code, output } = await programs.run('close', application(SLOW, `setTimeout(() => void app.close(), 200);`));
    expect(code, output).toBe(0);
    expect(output).toMatch(/begins\nends\n$/);
  });
});

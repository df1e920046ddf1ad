// The guide for those who come from @nestjs/schedule: what stands under "before" works there, what stands under "after" here.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Programs } from './programs.ts';
import { programOf, snippetsOf } from './snippets.ts';

const page = readFileSync(new URL('../../../docs/from-nestjs-schedule.md', import.meta.url), 'utf8');
const snippets = snippetsOf(page);

const SIDES = {
  before: {
    from: '@nestjs/schedule',
    imports: `import { type OnModuleInit } from '@nestjs/common';
import { Interval, SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';`,
  },
  after: {
    from: '@sched/nestjs',
    imports: `import { CronTrigger, type Scheduler } from '@sched/core';
import { DefineTask, InjectScheduler, Interval } from '@sched/nestjs';`,
  },
} as const;

/** What the application of an example prints, by its last class, and what is done to see it. */
const EXPECTED: Readonly<Record<string, readonly [output: RegExp, action?: string]>> = {
  AppModule: [/cron jobs: nightly\n/],
  Caches: [/others: \S+\n/],
  ReportsService: [/cron jobs: report\n/],
  DynamicService: [/job mine runs\n/, `await app.get(DynamicService).add('mine', '*');`],
};

let programs: Programs;
beforeAll(() => {
  programs = new Programs();
});
afterAll(() => programs?.remove());

test('every example has its counterpart', () => {
  const names = Object.keys(EXPECTED).flatMap((name) => [`${name} before`, `${name} after`]);
  expect(snippets.map(({ classes, label }) => `${classes.at(-1)} ${label}`)).toEqual(names);
});

/** The programs, and what they print. */
const cases = snippets.map((snippet) => {
  const name = snippet.classes.at(-1) ?? '';
  const [output, action = ''] = EXPECTED[name] ?? [/nothing/];
  const side = SIDES[snippet.label as keyof typeof SIDES];
  const sameSide = snippets.filter((other) => other.label === snippet.label);
  return [`${name}-${snippet.label}`, programOf(snippet, sameSide, { ...side, action }), output] as const;
});

test('the examples compile', () => {
  expect(programs.check(new Map(cases.map(([name, source]) => [name, source])))).toEqual([]);
}, 120_000);

// Most of their time they wait.
test.concurrent.each(cases)(
  'the example %s runs',
  async (name, source, output) => {
    const ended = await programs.run(name, source);
    expect(ended.code, ended.output).toBe(0);
    expect(ended.output).toMatch(output);
    expect(ended.output).toMatch(/closed\n$/);
  },
  60_000,
);

test('the page names every option and method there is', () => {
  const theirs = readFileSync(fileOf('@nestjs/schedule/dist/decorators/cron.decorator.d.ts'), 'utf8');
  const registry = readFileSync(fileOf('@nestjs/schedule/dist/scheduler.registry.d.ts'), 'utf8');
  const options = [...theirs.matchAll(/^ {4}(\w+)\?:/gm)].map(([, name]) => name);
  const methods = [...registry.matchAll(/^ {4}(\w+)(?:<.*>)?\(/gm)].map(([, name]) => name);
  expect([...options, ...methods].filter((name) => !page.includes(`\`${name}`))).toEqual([]);
  expect(options.length + methods.length).toBeGreaterThan(18);
});

/** The file of a package. */
function fileOf(path: string): URL {
  return new URL(import.meta.resolve(path));
}

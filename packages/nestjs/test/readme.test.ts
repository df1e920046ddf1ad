// The examples of the README compile under `strict` and run, on the package as it is built.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Programs } from './programs.ts';
import { programOf, snippetsOf } from './snippets.ts';

const snippets = snippetsOf(readFileSync(new URL('../README.md', import.meta.url), 'utf8'));

/** What the application prints that an example makes, by its first class, and what is done to see it. */
const EXPECTED: Readonly<Record<string, readonly [output: RegExp[], action?: string]>> = {
  Reports: [
    [/cron jobs: Reports\.daily\n/, /others: Reports\.refresh Reports\.warmUp\n/, /the report that was due 20/],
    `await registry.getCronJob('Reports.daily').fireOnTick();`,
  ],
  Imports: [[/cron jobs: import import-before-weekend\n/, /others: cache\n/]],
  Invoices: [[/cron jobs: invoices invoices-monthly\n/]],
  Settings: [[/cron jobs: report\n/]],
  Reminders: [[/reminding ann\n/], `await app.get(Reminders).add('ann', new Date());`],
  Trace: [[/Batches\.run calls run\n101 would be one too many\n/]],
  Alerts: [
    [/failing, attempt 1: as it happens/],
    `const scheduler = app.get('@sched/nestjs:scheduler:default', { strict: false });
     await scheduler.addJob(() => { throw new Error('as it happens'); }, 'date', { id: 'failing' });`,
  ],
  AppModule: [[/cron jobs: \n/]],
  SlowReports: [[/cron jobs: SlowReports\.run\n/]],
};

let programs: Programs;
beforeAll(() => {
  programs = new Programs();
});
afterAll(() => programs?.remove());

test('every example is known here', () => {
  expect(snippets.map(({ classes }) => classes[0])).toEqual(Object.keys(EXPECTED));
});

const sources = new Map(
  snippets.map((snippet) => {
    const [name = ''] = snippet.classes;
    const [, action = ''] = EXPECTED[name] ?? [];
    return [name, programOf(snippet, snippets, { from: '@sched/nestjs', action })];
  }),
);

test('the examples compile', () => {
  expect(programs.check(sources)).toEqual([]);
}, 120_000);

// Most of their time they wait.
test.concurrent.each([...sources])(
  'the example of %s runs',
  async (name, source) => {
    const { code, output } = await programs.run(name, source);
    expect(code, output).toBe(0);
    for (const expected of [...(EXPECTED[name]?.[0] ?? []), /closed\n$/]) expect(output).toMatch(expected);
    expect(output).not.toMatch(/ WARN .*\[Scheduler\]/);
  },
  60_000,
);

// An application written for @nestjs/schedule runs as it stands, but for the path of one import.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Programs } from './programs.ts';

const theirs = readFileSync(new URL('fixtures/schedule-app.ts', import.meta.url), 'utf8');
const ours = theirs.replace(`from '@nestjs/schedule'`, `from '@sched/nestjs'`);

let programs: Programs;
beforeAll(() => {
  programs = new Programs();
});
afterAll(() => programs?.remove());

/** What the application saw. */
async function facts(name: string, source: string, args: readonly string[] = []): Promise<Record<string, unknown>> {
  const { code, output } = await programs.run(name, source, { args });
  expect(code, output).toBe(0);
  return JSON.parse(output);
}

test('the sources differ in one path', () => {
  const lines = theirs.split('\n');
  const changed = ours.split('\n').filter((line, index) => line !== lines[index]);
  expect(changed).toEqual([`} from '@sched/nestjs';`]);
});

test('both compile under strict', () => {
  expect(
    programs.check(
      new Map([
        ['theirs', theirs],
        ['ours', ours],
      ]),
    ),
  ).toEqual([]);
}, 120_000);

test.each([['forRoot'], ['forRootAsync']])(
  'it sees the same with either, and its process ends by itself: %s',
  async (way) => {
    const args = way === 'forRootAsync' ? ['async'] : [];
    const [seenByTheirs, seenByOurs] = await Promise.all([facts('theirs', theirs, args), facts('ours', ours, args)]);
    expect(seenByOurs).toEqual(seenByTheirs);
    expect(seenByOurs).toMatchObject({
      cronJobs: ['delayed', 'disabled', 'every second', 'once', 'utc offset'],
      intervals: ['cleared', 'failing'],
      timeouts: ['deleted'],
      ...{ isActive: true, next: true, last: true, source: '* * * * * *', isStopped: true, isStarted: true },
      ...{ isDisabled: true, isDelayed: true, isSet: true, exists: [true, false, false], isQuietAfterClose: true },
      once: [1, 1, 1],
    });
    expect(seenByOurs['ran']).not.toContain('disabled');
    expect(seenByOurs['ran']).not.toContain('cleared interval');
  },
  60_000,
);

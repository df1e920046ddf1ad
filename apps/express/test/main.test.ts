// One process of the program: it fires, answers over HTTP, remembers, and ends in order.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, emptyDirectory, readStore, startProgram } from './program.ts';

test('it checks itself, takes checks over HTTP, and drains on SIGTERM', { timeout: 60_000 }, async () => {
  const directory = emptyDirectory();
  const program = startProgram([], directory);
  const [, url = ''] = await program.wrote(/serves (http:\S+), jobs in \.sched\/express\.sqlite/);
  await program.wrote(/run +self for/);
  await program.wrote(/up +self: \S+\/health answered 200/);

  expect(await ask(`${url}/checks/mine`, 'PUT', { url: `${url}/`, crontab: '0 9 * * mon-fri' })).toEqual([
    200,
    expect.objectContaining({ id: 'mine', url: `${url}/`, state: 'active', lastRunTime: null }),
  ]);
  const [, checks] = await ask(`${url}/checks`);
  expect(checks).toEqual([expect.objectContaining({ id: 'self' }), expect.objectContaining({ id: 'mine' })]);

  const [status, run] = await ask(`${url}/checks/mine/run`, 'POST');
  expect([status, run]).toEqual([202, expect.objectContaining({ reason: 'manual' })]);
  await program.wrote(/up +mine:/);
  await ask(`${url}/checks/absent-page`, 'PUT', { url: `${url}/nothing-here`, seconds: 1 });
  await program.wrote(/down +absent-page for .*: http:\S+ answered 404/);
  expect(await ask(`${url}/checks/mine/runs`)).toEqual([
    200,
    [expect.objectContaining({ state: 'succeeded', reason: 'manual', error: null })],
  ]);
  expect(await ask(`${url}/checks/absent-page`, 'DELETE')).toEqual([204, null]);
  expect(await ask(`${url}/health`)).toEqual([200, expect.objectContaining({ status: 'ok', pid: program.child.pid })]);

  const page = await fetch(`${url}/sched/`);
  expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('page.js')]);
  expect(await ask(`${url}/sched/api/v1/jobs`)).toEqual([
    200,
    expect.objectContaining({
      items: [expect.objectContaining({ id: 'self' }), expect.objectContaining({ id: 'mine' })],
    }),
  ]);
  // A page that stays open does not keep the program from its end.
  expect((await fetch(`${url}/sched/api/v1/events`)).status).toBe(200);

  program.child.kill('SIGTERM');
  expect(await program.ended, program.output()).toBe(0);
  expect(program.output()).toMatch(/stop +drained\n$/);

  const { jobs, runs } = await readStore({ type: 'sqlite', url: join(directory, '.sched/express.sqlite') });
  expect(jobs.map((job) => job.id).sort()).toEqual(['mine', 'self']);
  expect(runs.filter(({ jobId, outcome }) => jobId === 'self' && outcome === 'succeeded').length).toBeGreaterThan(0);
});

test('what is wrong is answered with what was expected', { timeout: 30_000 }, async () => {
  const { wrote } = startProgram(['--store', 'checks.sqlite']);
  const [, url = ''] = await wrote(/serves (http:\S+), jobs in checks\.sqlite/);
  const put = async (body: object) => await ask(`${url}/checks/a`, 'PUT', body);
  expect(await put({ url: 'file:///etc/passwd', seconds: 5 })).toEqual([
    400,
    { error: 'url: expected an address such as http://127.0.0.1:3000/' },
  ]);
  expect(await put({ url })).toEqual([400, { error: 'seconds: expected a number, or a crontab in its place' }]);
  expect(await put({ url, seconds: 0 })).toEqual([
    400,
    { error: expect.stringContaining('that add up to at least one millisecond') },
  ]);
  expect(await put({ url, crontab: '0 9 * * mon-fry' })).toEqual([
    400,
    { error: 'dayOfWeek: expected a value from 0 to 7 or mon to sun at position 8, got "mon-fry"' },
  ]);
  expect(await ask(`${url}/checks/a/run`, 'POST')).toEqual([404, { error: 'there is no job with id "a"' }]);
  const malformed = await fetch(`${url}/checks/a`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{',
  });
  expect(malformed.status).toBe(400);
});

test('it ends by itself after the time that is given', { timeout: 30_000 }, async () => {
  const { ended, output } = startProgram(['--for', '1']);
  expect(await ended, output()).toBe(0);
  expect(output()).toMatch(/stop +drained\n$/);
});

test.each([
  [['--for', 'ever'], "--for: expected a whole number from 1 to 2000000, got 'ever'"],
  [['--replicas', '0'], "--replicas: expected a whole number from 1 to 64, got '0'"],
  [['--store', 'pigeon://loft'], 'jobStores.default.type: expected a job store or one of the types'],
  [['--replicas', '2', '--store', 'pigeon://loft'], 'could not start'],
])('%j is refused, and nothing is left running', { timeout: 30_000 }, async (args, message) => {
  const { ended, output } = startProgram(args);
  expect(await ended, output()).toBe(1);
  expect(output()).toContain(message);
});

// The process that holds a run's servers says what is missing, and outlives no run, however that ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canStart } from '../services.ts';
import { connected } from './connections.ts';

const START_HOST = join(import.meta.dirname, '../../../../tooling/services/start-host.mjs');
const canHoldServers = (await canStart('redis')) && (await canStart('postgres'));
const hasMongod = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].some((path) => existsSync(join(path, 'mongod')));

let directory: string;
let runners: ChildProcess[];

beforeEach(() => {
  runners = [];
  directory = mkdtempSync(join(tmpdir(), 'sched-host-test-'));
  // Servers that run as another user have to get in.
  chmodSync(directory, 0o755);
});
afterEach(async () => {
  for (const runner of runners) runner.kill('SIGKILL');
  await expect.poll(leftovers, { timeout: 20_000 }).toEqual([]);
  rmSync(directory, { recursive: true });
}, 30_000);

/** What hosts keep, of those that have not ended. */
const leftovers = () => readdirSync(directory).filter((name) => name.startsWith('sched-'));

describe('the host of the servers', () => {
  it.skipIf(!canHoldServers).each([
    ['ends', (runner: ChildProcess) => runner.stdin?.end()],
    ['is interrupted', (runner: ChildProcess) => runner.kill('SIGINT')],
    ['is killed', (runner: ChildProcess) => runner.kill('SIGKILL')],
  ])(
    'leaves no process and no file when the run %s',
    async (_how, end) => {
      const { runner, answers } = run({}, [ask('url', 'redis'), ask('url', 'postgres')]);
      const ports = (await answers(2)).map((url) => Number(new URL(String(url)).port));
      for (const port of ports) await connected(port);
      end(runner);
      await expect.poll(leftovers, { timeout: 20_000 }).toEqual([]);
      for (const port of ports) await expect(connected(port)).rejects.toThrow('ECONNREFUSED');
    },
    120_000,
  );

  it('starts nothing where the environment has a URL', async () => {
    const { answers } = run({ SCHED_TEST_MYSQL_URL: 'mysql://elsewhere/test' }, [ask('url', 'mysql')]);
    expect(await answers(1)).toEqual(['mysql://elsewhere/test']);
  });

  it('names the server that did not start, and shows its last words', async () => {
    writeFileSync(join(directory, 'redis-server'), '#!/bin/sh\necho out of memory\nexit 3\n', { mode: 0o755 });
    const { answers } = run({ PATH: `${directory}${delimiter}${process.env['PATH']}` }, [ask('url', 'redis')]);
    expect(await answers(1)).toEqual([
      expect.stringMatching(/^Redis did not start: it ended with exit code 3\. .*apt-get install.*\nout of memory$/s),
    ]);
  });

  it('refuses a kind that it does not know', async () => {
    const { answers } = run({ SCHED_TEST_REQUIRE: 'redis,oracle' }, [ask('url', 'db2'), ask('require')]);
    expect(await answers(2)).toEqual([
      'No service "db2"; there are redis, postgres, mysql, mongodb, chromium.',
      'No service "oracle"; there are redis, postgres, mysql, mongodb, chromium.',
    ]);
  });
});

describe.skipIf(hasMongod)('where a server cannot be had, the host', () => {
  const lack =
    /no MongoDB: set SCHED_TEST_MONGODB_URL, or put mongod on PATH, or, .+ run: node \.ci\/fetch-mongod\.mjs/;

  it('says once how to get it', async () => {
    const requests = [ask('url', 'mongodb'), ask('can-start', 'mongodb'), ask('require')];
    const { answers, complaints, runner } = run({ XDG_CACHE_HOME: directory }, requests);
    expect(await answers(3)).toEqual(['', false, null]);
    runner.stdin?.end();
    const lines = (await complaints).trimEnd().split('\n');
    expect(lines).toEqual([expect.stringMatching(lack)]);
  });

  it('fails where the run requires it', async () => {
    const env = { XDG_CACHE_HOME: directory, SCHED_TEST_REQUIRE: 'mongodb' };
    const { answers } = run(env, [ask('require'), ask('url', 'mongodb'), ask('start', 'mongodb')]);
    for (const answer of await answers(3)) expect(answer).toMatch(lack);
  });

  it('is content with a URL, even where the run requires it', async () => {
    const SCHED_TEST_MONGODB_URL = 'mongodb://elsewhere/test';
    const env = { XDG_CACHE_HOME: directory, SCHED_TEST_REQUIRE: 'mongodb', SCHED_TEST_MONGODB_URL };
    const { answers } = run(env, [ask('require'), ask('url', 'mongodb'), ask('can-start', 'mongodb')]);
    expect(await answers(3)).toEqual([null, SCHED_TEST_MONGODB_URL, false]);
  });
});

const ask = (action: string, kind?: string) => ({ action, kind });

/** A run of its own: asks its host, prints the answers, and ends with its input. */
function run(env: Readonly<Record<string, string>>, requests: readonly object[]) {
  const script = `
    import { startHost } from ${JSON.stringify(START_HOST)};
    const host = await startHost();
    for (const request of ${JSON.stringify(requests)}) {
      const answer = await host.ask(request).catch((error) => error.message);
      console.log(JSON.stringify(answer ?? null));
    }
    process.stdin.resume().on('end', host.end);`;
  const runner = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...inherited(), TMPDIR: directory, ...env },
  });
  runners.push(runner);
  const lines = createInterface({ input: runner.stdout })[Symbol.asyncIterator]();
  const answers = async (count: number) => {
    const found: unknown[] = [];
    while (found.length < count) found.push(JSON.parse((await lines.next()).value ?? '"the run ended"'));
    return found;
  };
  return { runner, answers, complaints: text(runner.stderr) };
}

/** The environment, but for what it says of servers. */
function inherited() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SCHED_TEST_')));
}

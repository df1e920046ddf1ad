// The cases of the scheduler contract that need a process of their own: what holds it, what ends it, what is left in it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ContractRunner } from './contract-runner.ts';

/** A process that does not end by itself is killed after so many milliseconds, which fails its case. */
const LIMIT_MS = 20_000;

/** Registers the cases on processes for a program that declares `create(options)`. */
export function processCases(program: string, holdsProcess: boolean, it: ContractRunner['it']): void {
  it('leaves no timer, handle or listener behind over fifty lives, and ends', async () => {
    assert.deepEqual(await play(program, FIFTY_LIVES), { code: 0, signal: null, output: 'nothing is left\n' });
  });

  if (holdsProcess) {
    it('holds the process though nothing else does, until it is told to end', async () => {
      const ended = await play(program, ALONE, 'held');
      assert.equal(ended.output, 'the program is at its end\nheld\n');
      assertOrderly(ended);
    });
  } else {
    it('lets the process end when nothing but the scheduler is left', async () => {
      assert.deepEqual(await play(program, ALONE), { code: 0, signal: null, output: 'the program is at its end\n' });
    });
  }

  it('at SIGTERM lets what executes come to its end, and then ends the process', async () => {
    const ended = await play(program, BUSY, 'begun');
    assert.equal(ended.output, 'begun\ndone\nshutdown\n');
    assertOrderly(ended);
  });
}

/** Lives one after the other, the first of which may load what stays loaded. */
const FIFTY_LIVES = `
  const left = () => JSON.stringify([
    process.getActiveResourcesInfo().sort(),
    process.eventNames().map((name) => [String(name), process.listenerCount(name)]).sort(),
  ]);
  const settled = async () => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    return left();
  };
  const live = async () => {
    const life = await create({ logger: null });
    await life.scheduler.addJob(() => {}, 'interval', { hours: 1 });
    await life.start();
    await life.stop();
  };
  await live();
  const before = await settled();
  for (let n = 0; n < 50; n++) await live();
  const after = await settled();
  console.log(after === before ? 'nothing is left' : before + ' became ' + after);
`;

/** A scheduler with a job, and nothing else that goes on. */
const ALONE = `
  const life = await create({ logger: null });
  await life.start();
  await life.scheduler.addJob(() => {}, 'interval', { hours: 1 });
  console.log('the program is at its end');
  setTimeout(() => console.log('held'), 200).unref();
`;

/** A run in the middle of its work, in a process that has something else to do as well. */
const BUSY = `
  const other = setInterval(() => {}, 1000);
  const life = await create({ logger: null });
  life.scheduler.on('scheduler:shutdown', () => {
    console.log('shutdown');
    clearInterval(other);
  });
  await life.start();
  await life.scheduler.addJob(async () => {
    console.log('begun');
    await new Promise((resolve) => setTimeout(resolve, 300));
    console.log('done');
  }, 'date', { id: 'work' });
`;

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** What it wrote to standard output. */
  readonly output: string;
}

/** Plays a scene in a process of its own until that ends; once it has written `until`, it gets a SIGTERM. */
async function play(program: string, scene: string, until?: string): Promise<Ended> {
  const source = `${program}\n${scene}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let isTold = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (until === undefined || isTold || !output.includes(until)) return;
    isTold = true;
    child.kill('SIGTERM');
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, output };
}

/** Ended by itself: with 0, or by the signal again, as frameworks do that hand it on when they are done. */
function assertOrderly({ code, signal }: Ended): void {
  if (signal !== 'SIGTERM') assert.deepEqual({ code, signal }, { code: 0, signal: null });
}

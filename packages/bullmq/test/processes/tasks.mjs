// Tasks of the tests with several processes. Each leaves a line in a file when it begins and when it ends.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentRun, defineTask } from '@sched/core';

export const work = defineTask('work', async (file, ms) => {
  const run = currentRun();
  const say = (what) => appendFileSync(file, `${what} ${run?.runId} ${process.pid}\n`);
  say('begin');
  run?.log(`by ${process.pid}`);
  run?.progress(0.5, 'half of it');
  try {
    await sleep(ms, undefined, { signal: run?.signal });
  } catch {
    say('aborted');
    throw run?.signal.reason;
  }
  say('end');
  return { by: process.pid, at: new Date(0), size: 3n };
});

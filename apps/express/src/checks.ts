// The one task of the program.
import { currentRun, defineTask } from '@sched/core';

/** Fetches an address; fails when there is no answer, or one that is not good. */
export const check = defineTask('check', async (url: string) => {
  const run = currentRun();
  const response = await fetch(url, { signal: run?.signal ?? null });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  run?.log(`${url} answered ${response.status}`);
});

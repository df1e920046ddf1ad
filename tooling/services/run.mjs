// `run.mjs redis,postgres -- <command>`: runs a command while servers do, their URLs in SCHED_TEST_REDIS_URL and so on.
import { command, Refusal, show } from '../steps.mjs';
import { toolEnvironment } from '../workspace.mjs';
import { startHost } from './start-host.mjs';

await command(async () => {
  const [kinds, separator, program, ...args] = process.argv.slice(2);
  if (separator !== '--' || program === undefined) throw new Refusal('Usage: run.mjs redis,postgres -- <command>');
  const host = await startHost();
  try {
    const env = { ...toolEnvironment(), ...(await urls(host, kinds.split(','))) };
    return await show(program, args, env, process.cwd());
  } finally {
    await host.end();
  }
});

async function urls(host, kinds) {
  const entries = kinds.map(async (kind) => {
    const url = await host.ask({ action: 'url', kind });
    if (url === '') throw new Refusal(`There is no ${kind} to run the command with.`);
    return [`SCHED_TEST_${kind.toUpperCase()}_URL`, url];
  });
  return Object.fromEntries(await Promise.all(entries));
}

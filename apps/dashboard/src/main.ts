// The dashboard over a scheduler that has been busy for a day: a history is made in virtual time, then real time goes on.
//
//   npm start -- dashboard                  serves it on http://127.0.0.1:3333/ until Ctrl-C
//   npm start -- dashboard --port 8080      on another port
//   npm start -- dashboard --read-only      nobody can change anything
import { parseArgs } from 'node:util';
import { serveDemo } from './demo.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '3333' }, 'read-only': { type: 'boolean', default: false } },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`--port: expected a number from 0 to 65535, got '${values.port}'`);
  }
  console.log('a day of history is being made…');
  const demo = await serveDemo({ port, readOnly: values['read-only'] });
  console.log(`dashboard on ${demo.url}; Ctrl-C ends it`);
  const end = () => void demo.close().then(() => console.log('stopped'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

// Holds the servers of one run in a process of its own, and ends them when standard input does: when the run is over,
// was interrupted or crashed. Answers requests, a line of JSON each, on the socket whose path it prints.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Services } from './services.mjs';

const services = new Services();
const { path, remove } = socketPlace();
let isEnding = false;
const listener = createServer(serve).listen(path, () => process.stdout.write(`${path}\n`));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
process.stdin.once('close', end).resume();
// A fault of a driver, say, must not leave servers behind.
process.on('uncaughtException', (error) => {
  console.error(error);
  void end();
});

async function end() {
  if (isEnding) return;
  isEnding = true;
  listener.close();
  remove();
  await services.close();
  process.exit();
}

/** One client: the servers it started go with it. */
function serve(socket) {
  const own = new Map();
  const stop = (server) => services.stop(server).catch((error) => console.error(error));
  const answer = async ({ id, ...request }) => {
    const reply = await settled(() => handle(request, own));
    if (socket.writable) socket.write(`${JSON.stringify({ id, ...reply })}\n`);
    else own.forEach(stop);
  };
  socket.on('error', () => socket.destroy());
  socket.on('close', () => own.forEach(stop));
  createInterface({ input: socket }).on('line', (line) => void answer(JSON.parse(line)));
}

async function settled(body) {
  try {
    return { value: await body() };
  } catch (error) {
    return { error: error.message };
  }
}

/** `own` holds the client's servers by their port. */
async function handle({ action, kind, port }, own) {
  switch (action) {
    case 'require':
      return services.require();
    case 'url':
      return services.url(kind);
    case 'program':
      return services.program(kind);
    case 'can-start':
      return services.canStart(kind);
    case 'start': {
      const server = await services.start(kind);
      own.set(server.port, server);
      return { url: server.url, port: server.port, pid: server.pid };
    }
    case 'kill':
      return own.get(port).kill();
    case 'restart':
      await own.get(port).restart();
      return own.get(port).pid;
    case 'stop':
      return services.stop(own.get(port));
    default:
      throw new Error(`No action "${action}".`);
  }
}

/** Windows has named pipes in place of socket files. */
function socketPlace() {
  if (process.platform === 'win32')
    return { path: `\\\\.\\pipe\\sched-services-${process.pid}`, remove: () => undefined };
  const directory = mkdtempSync(join(tmpdir(), 'sched-host-'));
  return { path: join(directory, 'socket'), remove: () => rmSync(directory, { recursive: true, force: true }) };
}

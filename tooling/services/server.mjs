// A server of one's own: on a free port, with a fresh directory, to be killed and started again at will.
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killTree, launch, send } from './processes.mjs';

/** Generous, since the machine may have other work. */
const READY_WITHIN_MS = 180_000;
const STOPPED_WITHIN_MS = 5_000;
const RETRY_MS = 50;
const LOG_LINES = 20;

export class Server {
  #recipe;
  #programs;
  #place;
  #process;
  #isStopped = false;

  /** A server of a kind, its directory below `parent`; `start` is next. */
  constructor(recipe, programs, parent) {
    const directory = mkdtempSync(join(parent, 'server-'));
    // The server may have to run as another user.
    chmodSync(directory, 0o755);
    this.#recipe = recipe;
    this.#programs = programs;
    this.#place = { directory, port: undefined, log: join(directory, 'log') };
  }

  get port() {
    return this.#place.port;
  }

  get pid() {
    return this.#process?.pid;
  }

  get url() {
    return this.#recipe.url(this.port);
  }

  /** Resolves when the server answers queries. */
  async start() {
    this.#place.port = await freePort();
    await this.#explained(async () => {
      await this.#recipe.prepare?.(this.#programs, this.#place);
      await this.#launch();
    });
  }

  /** Kills every process of the server, as a power cut would; what it had acknowledged stays in its directory. */
  async kill() {
    const killed = this.#process;
    this.#process = undefined;
    if (killed === undefined) return;
    await killTree(killed);
    await this.#recipe.settle?.(this.#programs, this.#place);
  }

  /** Kills the server if it runs, and starts it again on the same port and directory; resolves when it answers queries. */
  async restart() {
    await this.kill();
    await this.#explained(() => this.#launch());
  }

  /** Ends the server and removes its directory. */
  async stop() {
    this.#isStopped = true;
    const { stopSignal } = this.#recipe;
    if (stopSignal !== undefined && this.#process?.isRunning) {
      send(this.#process.pid, stopSignal);
      await Promise.race([this.#process.ended, sleep(STOPPED_WITHIN_MS, undefined, { ref: false })]);
    }
    await this.kill();
    rmSync(this.#place.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #launch() {
    if (this.#isStopped) throw new Error('it was stopped');
    this.#process = launch(this.#recipe.command(this.#programs, this.#place), this.#place);
    await untilReady(this.#process, () => this.#recipe.probe(this.port));
  }

  /** Adds to an error what the user needs: which server, what else would do, the server's last words. */
  async #explained(body) {
    try {
      await body();
    } catch (error) {
      const words = lastWords(this.#place.log);
      await this.kill();
      const { advice, title } = this.#recipe;
      throw new Error(
        `${title} did not start: ${error.message}. To use another one, ${advice}. Its log ends:\n${words}`,
      );
    }
  }
}

async function untilReady(launched, probe) {
  const ended = launched.ended.then((how) => Promise.reject(new Error(`it ended with ${how}`)));
  ended.catch(() => undefined);
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      return await Promise.race([probe(), ended]);
    } catch (error) {
      if (!launched.isRunning) return ended;
      if (performance.now() > giveUpAt) throw new Error(`no answer for ${READY_WITHIN_MS / 1000} s (${error.message})`);
    }
    await sleep(RETRY_MS);
  }
}

function lastWords(log) {
  try {
    return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LOG_LINES).join('\n');
  } catch {
    return '(there is none)';
  }
}

/**
 * A port below the range that systems take for outgoing connections: there, a client that tries again while the server is
 * down may be given the very port, and find itself connected to itself.
 */
async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((resolve) => {
    const listener = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => listener.close(() => resolve(true)));
  });
}

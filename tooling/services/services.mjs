// The servers of one run: one of each kind that all tests share, started on first demand, and private ones.
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { aptIdle, aptInstall, canInstall } from './apt.mjs';
import { killAll } from './processes.mjs';
import { RECIPES } from './recipes.mjs';
import { Server } from './server.mjs';

export class Services {
  #directory = makeDirectory();
  #servers = new Set();
  #shared = new Map();
  #programs = new Map();
  #isClosed = false;

  /** Finds or installs the kinds that `SCHED_TEST_REQUIRE` names; throws where one is missing. */
  async require() {
    for (const kind of requiredKinds()) if (givenUrl(kind) === undefined) await this.#find(kind);
  }

  /** The URL of the server that all tests share, or '' where there is none. */
  url(kind) {
    return once(this.#shared, known(kind), async () => givenUrl(kind) ?? (await this.#startShared(kind)));
  }

  /** Path of a kind's program, for what is no server; '' where there is none. */
  async program(kind) {
    return givenUrl(known(kind)) ?? (await this.#find(kind)) ?? '';
  }

  /** Whether `start` can work. */
  async canStart(kind) {
    return (await this.#find(kind)) !== undefined;
  }

  /** Starts a server for the caller alone. */
  async start(kind) {
    const programs = await this.#find(kind);
    if (programs === undefined) throw new Error(lack(kind));
    if (this.#isClosed) throw new Error('The run is over.');
    const server = new Server(RECIPES[kind], programs, this.#directory);
    this.#servers.add(server);
    await server.start();
    return server;
  }

  /** Ends a server for good. */
  async stop(server) {
    await server.stop();
    this.#servers.delete(server);
  }

  /** Ends all servers and removes what they kept. */
  async close() {
    this.#isClosed = true;
    await aptIdle();
    await Promise.allSettled([...this.#servers].map((server) => server.stop()));
    await killAll();
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  async #startShared(kind) {
    if (!(await this.canStart(kind))) return '';
    const startedAt = performance.now();
    const server = await this.start(kind);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    console.error(`✓ ${RECIPES[kind].title} on port ${server.port} (${seconds} s)`);
    return server.url;
  }

  /** A kind's programs, installed where they are missing and that is possible; says once what cannot be had. */
  #find(kind) {
    return once(this.#programs, known(kind), async () => {
      const { find, packages } = RECIPES[kind];
      if (find() === undefined && packages().length > 0 && canInstall()) await aptInstall(packages());
      const programs = find();
      if (programs === undefined) report(lack(kind), requiredKinds().includes(kind) && givenUrl(kind) === undefined);
      return programs;
    });
  }
}

const urlVariable = (kind) => RECIPES[kind].variable ?? `SCHED_TEST_${kind.toUpperCase()}_URL`;
const givenUrl = (kind) => process.env[urlVariable(kind)] || undefined;
const lack = (kind) => `no ${RECIPES[kind].title}: set ${urlVariable(kind)}, or ${RECIPES[kind].advice}`;

function requiredKinds() {
  const named = (process.env.SCHED_TEST_REQUIRE ?? '').split(',').map((kind) => kind.trim());
  return named.filter(Boolean).map(known);
}

function report(lacking, isRequired) {
  if (isRequired) throw new Error(`SCHED_TEST_REQUIRE asks for what is not there, ${lacking}`);
  console.error(`- ${lacking}; what needs it is skipped`);
}

function known(kind) {
  if (Object.hasOwn(RECIPES, kind)) return kind;
  throw new Error(`No service "${kind}"; there are ${Object.keys(RECIPES).join(', ')}.`);
}

/** What a key was first found to have; a failure is kept as well. */
function once(map, key, find) {
  if (!map.has(key)) map.set(key, find());
  return map.get(key);
}

/** Below a directory that another user may pass through, where servers have to run as one. */
function makeDirectory() {
  const parent = [tmpdir(), '/tmp', '/var/tmp'].find((path) => existsSync(path) && isPassable(path)) ?? tmpdir();
  const directory = mkdtempSync(join(parent, 'sched-services-'));
  chmodSync(directory, 0o755);
  return directory;
}

function isPassable(path) {
  if (process.getuid?.() !== 0) return true;
  const isOpen = (statSync(path).mode & 0o001) !== 0;
  return isOpen && (dirname(path) === path || isPassable(dirname(path)));
}

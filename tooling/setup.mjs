// Makes a fresh clone ready: dependencies, then builds. Needs Node and npm only; the second time, no network either.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provideCompiler } from './compiler.mjs';
import { Refusal, step } from './steps.mjs';
import { binary, isNodeAtLeast, readJson, root } from './workspace.mjs';

const OLDEST_NODE = [20, 19];
const STAMP = join(root, 'node_modules', '.sched-installed');

/** Installs what the lockfile names, unless that was done already. */
export async function setUp() {
  if (!isNodeAtLeast(...OLDEST_NODE)) {
    throw new Refusal(`Node.js ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.version}.`);
  }
  const wanted = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  await install();
  writeFileSync(STAMP, wanted);
}

/** Builds one package or app with all it needs. */
export async function build(name) {
  if (!(await turbo(`build ${name}`, 'build', `--filter=${name}`))) throw new Refusal('The build failed.');
}

/** Runs one of turbo.json's tasks as a step. */
export function turbo(title, task, ...args) {
  return step(title, binary('turbo'), ['run', task, '--output-logs=errors-only', '--cache=local:rw', ...args]);
}

async function install() {
  const lacking = await provideCompiler();
  if (!(await step('install dependencies', ...pnpm()))) {
    throw new Refusal(`The dependencies could not be installed. ${lacking}`.trimEnd());
  }
}

/** pnpm's install: by the pnpm that is installed already, or the first time by one that npm fetches. */
function pnpm() {
  const args = ['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'];
  // From 22.13 on the SQLite store has node:sqlite, and the driver's script, which may have to compile, is not needed.
  if (isNodeAtLeast(22, 13)) args.push('--ignore-scripts');
  const own = binary('pnpm');
  return existsSync(own) ? [own, args] : ['npx', ['--yes', readJson('package.json').packageManager, ...args]];
}

/** What an installation depends on; as long as it stays the same, there is nothing to install. */
function fingerprint() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)));
  for (const file of manifests()) hash.update(JSON.stringify(dependenciesIn(readJson(file))));
  return hash.digest('hex');
}

function manifests() {
  const members = ['packages', 'apps'].flatMap((room) => readdirSync(join(root, room)).map((name) => join(room, name)));
  const files = members.map((member) => join(member, 'package.json'));
  return ['package.json', ...files.filter((file) => existsSync(join(root, file)))];
}

function dependenciesIn(manifest) {
  return Object.entries(manifest).filter(([key]) => key === 'name' || /dependencies/i.test(key));
}

// An empty project with the packed tarballs unpacked into it, as npm would install them; made without a network.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
const pnpm = join(workspace, 'node_modules/pnpm/bin/pnpm.cjs');
const tsc = join(workspace, 'node_modules/typescript/bin/tsc');

/** A directory of a user's, with the three packages installed from their tarballs. */
export interface UserProject {
  /** Paths of all files of a package's tarball, sorted. */
  readonly tarballs: Readonly<Record<string, readonly string[]>>;
  /** Writes files, then compiles them; answers the compiler's complaints, '' if there are none. */
  compile(files: Readonly<Record<string, string>>, compilerOptions: object): string;
  /** Runs a program of this file name and answers what it printed. */
  run(file: string, program: string): string;
  /** Deletes the directory. */
  remove(): void;
}

/** What users install beside the packages, and the package that has it here. */
const PEERS = [
  ['rxjs', 'rxjs'],
  ['bullmq', 'bullmq'],
  ['ioredis', 'bullmq'],
  ['@opentelemetry/api', 'core'],
  ['express', 'express'],
  ['@types/express', 'express'],
] as const;

/** Packs `packages/*` and installs them; they must have been built. */
export function createUserProject(): UserProject {
  const directory = mkdtempSync(join(tmpdir(), 'sched-user-'));
  const tarballs: Record<string, readonly string[]> = {};
  for (const name of readdirSync(join(workspace, 'packages'))) tarballs[`@sched/${name}`] = install(name, directory);
  link('@types/node', join(workspace, 'node_modules'), directory);
  for (const [peer, of] of PEERS) link(peer, join(workspace, 'packages', of, 'node_modules'), directory);
  return {
    tarballs,
    compile: (files, compilerOptions) => compile(directory, files, compilerOptions),
    run: (file, program) => {
      writeFileSync(join(directory, file), program);
      return execFileSync(process.execPath, [file], { cwd: directory, encoding: 'utf8' });
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Packs one package and unpacks it into node_modules, its dependencies linked; answers the files of the tarball. */
function install(name: string, directory: string): readonly string[] {
  const source = join(workspace, 'packages', name);
  if (!existsSync(join(source, 'dist'))) throw new Error(`packages/${name} is not built: run \`npm run build\` first`);
  const tarball = join(directory, `${name}.tgz`);
  execFileSync(process.execPath, [pnpm, 'pack', '--out', tarball], { cwd: source, stdio: 'pipe' });
  const target = join(directory, 'node_modules/@sched', name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  for (const dependency of dependenciesOf(target)) link(dependency, join(source, 'node_modules'), directory);
  const listed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  return listed.map((path) => path.replace(/^package\//, '')).sort();
}

function dependenciesOf(installed: string): string[] {
  const manifest: { dependencies?: object } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  // Ours are tarballs themselves.
  return Object.keys(manifest.dependencies ?? {}).filter((name) => !name.startsWith('@sched/'));
}

function link(dependency: string, from: string, directory: string): void {
  const path = join(directory, 'node_modules', dependency);
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(from, dependency), path, 'junction');
}

function compile(directory: string, files: Readonly<Record<string, string>>, compilerOptions: object): string {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
  const config = {
    compilerOptions: {
      strict: true,
      noEmit: true,
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      types: ['node'],
      ...compilerOptions,
    },
    files: Object.keys(files),
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
  try {
    return execFileSync(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], { cwd: directory, encoding: 'utf8' });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
    throw error;
  }
}

// What is published, as its users meet it: the tarballs, in an empty application of NestJS 10, 11 or 12.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as entry from '../src/index.ts';

const packages = fileURLToPath(new URL('../../', import.meta.url));
const tools = join(packages, '../node_modules');

/** What such an application has installed besides. */
const INSTALLED = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs'];

const MAIN = `
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackgroundScheduler } from '@sched/background';
import { CronTrigger, type RunEvent } from '@sched/core';
import { Cron, CronExpression, InjectScheduler, Interval, OnSchedEvent, ScheduledJob, ScheduleModule, SchedulerRegistry } from '@sched/nestjs';
import { SchedDashboardModule } from '@sched/nestjs/dashboard';

@Injectable()
class Tasks {
  constructor(
    private readonly registry: SchedulerRegistry,
    @InjectScheduler() private readonly scheduler: BackgroundScheduler,
  ) {}

  @Cron(CronExpression.EVERY_HOUR, { name: 'hourly', timeZone: 'Europe/Berlin', retry: { maxAttempts: 2 } })
  @ScheduledJob('cron', { hour: 9, dayOfWeek: 'mon-fri', id: 'office', args: ['eu'] })
  @ScheduledJob(new CronTrigger({ minute: 0 }), { id: 'trigger' })
  async cron(region?: string) {}

  @Interval('often', 100)
  async interval() {
    console.log(this.registry.getCronJob('hourly').nextDate().zoneName, (await this.scheduler.getJobs()).length);
    this.registry.deleteInterval('often');
  }

  @OnSchedEvent('run:succeeded')
  succeeded({ jobId }: RunEvent) {
    console.log(jobId);
  }
}

/** What the compiler refuses; no application has it. */
export class Mistaken {
  // @ts-expect-error -- the event carries a run, not a text
  @OnSchedEvent('run:succeeded')
  wrong(event: string) {}

  // @ts-expect-error -- the option is called timeZone
  @Cron('* * * * *', { timezone: 'UTC' })
  // @ts-expect-error -- either a zone or an offset
  @Cron('* * * * *', { timeZone: 'UTC', utcOffset: 0 })
  // @ts-expect-error -- milliseconds are a number
  @Interval('name')
  // @ts-expect-error -- a cron trigger has no such field
  @ScheduledJob('cron', { hours: 9 })
  jobs() {}
}

@Module({
  imports: [
    ScheduleModule.forRoot({ jobStores: { default: { type: 'sqlite', url: 'jobs.sqlite' } } }),
    SchedDashboardModule.forRoot({ path: 'ops/sched', authorize: 'local-only' }),
  ],
  providers: [Tasks],
})
class AppModule {}

async function bootstrap() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  setTimeout(() => void app.close(), 1000);
}
void bootstrap();
`;

/** Tarballs by the name of their package, packed once. */
const tarballs = new Map<string, string>();
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'sched-nest-user-'));
  for (const name of ['core', 'background', 'dashboard', 'nestjs']) {
    const source = join(packages, name);
    if (!existsSync(join(source, 'dist'))) throw new Error(`packages/${name} is not built: \`npm test\` does that`);
    const tarball = join(directory, `${name}.tgz`);
    const pack = [join(tools, 'pnpm/bin/pnpm.cjs'), 'pack', '--out', tarball];
    execFileSync(process.execPath, pack, { cwd: source, stdio: 'pipe' });
    tarballs.set(name, tarball);
  }
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** An empty project that has installed our packages, and NestJS from the workspace member in `nest`. */
function createProject(nest: string, manifest: object = {}): string {
  const project = mkdtempSync(join(directory, 'project-'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, ...manifest }));
  for (const [name, tarball] of tarballs) unpack(project, name, tarball);
  for (const name of INSTALLED) link(project, name, join(nest, 'node_modules'));
  link(project, '@types/node', tools);
  link(project, 'better-sqlite3', join(packages, 'core/node_modules'));
  return project;
}

/** Unpacks a package into the project, its dependencies linked. */
function unpack(project: string, name: string, tarball: string): void {
  const target = join(project, 'node_modules/@sched', name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  const manifest: { dependencies?: object } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    if (!dependency.startsWith('@sched/')) link(project, dependency, join(packages, name, 'node_modules'));
  }
}

function link(project: string, name: string, from: string): void {
  const path = join(project, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) symlinkSync(join(from, name), path, 'junction');
}

/** What a program prints. */
function run(project: string, file: string, program?: string): string {
  if (program !== undefined) writeFileSync(join(project, file), program);
  return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
}

/** Compiles the application under `strict`; answers what the compiler has to say. */
function compile(project: string, options: object): string {
  const compilerOptions = {
    ...{ outDir: 'out', target: 'ES2022', lib: ['ES2023', 'ESNext.Disposable'], types: ['node'] },
    ...{ strict: true, experimentalDecorators: true, emitDecoratorMetadata: true },
    // Nest's own declarations do not hold without it.
    skipLibCheck: true,
    ...options,
  };
  writeFileSync(join(project, 'main.ts'), MAIN);
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
  const tsc = [join(tools, 'typescript/bin/tsc'), '-p', '.'];
  return outputOf(() => execFileSync(process.execPath, tsc, { cwd: project, encoding: 'utf8' }));
}

test('the tarball holds the build, the README, the licence and the manifest only', () => {
  const listed = execFileSync('tar', ['-tzf', tarballs.get('nestjs') ?? ''], { encoding: 'utf8' })
    .trim()
    .split('\n');
  const files = listed.map((path) => path.replace(/^package\//, ''));
  expect(files).toEqual(expect.arrayContaining(['README.md', 'package.json', 'dist/index.js', 'dist/index.cjs']));
  expect(files.filter((file) => !/^(dist\/.*|LICENSE|README\.md|package\.json)$/.test(file))).toEqual([]);
});

test('it exports the same names to import and to require', () => {
  const project = createProject(join(packages, 'nestjs'));
  const names = Object.keys(entry).sort();
  const print = 'console.log(JSON.stringify(Object.keys(entry).sort()))';
  expect(JSON.parse(run(project, 'names.mjs', `import * as entry from '@sched/nestjs'; ${print}`))).toEqual(names);
  expect(JSON.parse(run(project, 'names.cjs', `const entry = require('@sched/nestjs'); ${print}`))).toEqual(names);
});

const COMMONJS = { module: 'commonjs', moduleResolution: 'node10' };
const NODENEXT = { module: 'nodenext', moduleResolution: 'nodenext' };
test.each([
  ['NestJS 11, CommonJS', 'nestjs', 'commonjs', COMMONJS],
  ['NestJS 11, CommonJS by nodenext', 'nestjs', 'commonjs', NODENEXT],
  ['NestJS 11, ESM', 'nestjs', 'module', NODENEXT],
  ['NestJS 10, CommonJS', 'nestjs/compat/nest10', 'commonjs', COMMONJS],
  ['NestJS 12, ESM', 'nestjs/compat/nest12', 'module', NODENEXT],
])(
  'it serves an application under strict: %s',
  (_, nest, type, moduleOptions) => {
    const project = createProject(join(packages, nest), { type });
    expect(compile(project, moduleOptions)).toBe('');
    expect(run(project, 'out/main.js')).toBe('Europe/Berlin 4\noften\n');
  },
  120_000,
);

/** What a command prints, whether or not it fails. */
function outputOf(command: () => string): string {
  try {
    return command();
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
    throw error;
  }
}

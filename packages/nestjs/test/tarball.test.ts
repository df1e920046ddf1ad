// What is published, as its users meet it: the tarballs, in an empty NestJS 11 application of CommonJS.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  imports: [ScheduleModule.forRoot({ jobStores: { default: { type: 'sqlite', url: 'jobs.sqlite' } } })],
  providers: [Tasks],
})
class AppModule {}

async function bootstrap() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'] });
  setTimeout(() => void app.close(), 1000);
}
void bootstrap();
`;

let project: string;

/** Packs a package and unpacks it into the project, its dependencies linked; answers the files of the tarball. */
function install(name: string): string[] {
  const source = join(packages, name);
  if (!existsSync(join(source, 'dist'))) throw new Error(`packages/${name} is not built: \`npm test\` does that`);
  const tarball = join(project, `${name}.tgz`);
  execFileSync(process.execPath, [join(tools, 'pnpm/bin/pnpm.cjs'), 'pack', '--out', tarball], {
    cwd: source,
    stdio: 'pipe',
  });
  const target = join(project, 'node_modules/@sched', name);
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
  const manifest: { dependencies?: object } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  const dependencies = Object.keys(manifest.dependencies ?? {}).filter(
    (dependency) => !dependency.startsWith('@sched/'),
  );
  for (const dependency of dependencies) link(dependency, join(source, 'node_modules'));
  const listed = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  return listed.map((path) => path.replace(/^package\//, '')).sort();
}

function link(name: string, from: string): void {
  const path = join(project, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  if (!existsSync(path)) symlinkSync(join(from, name), path, 'junction');
}

/** What a program prints. */
function run(file: string, program?: string): string {
  if (program !== undefined) writeFileSync(join(project, file), program);
  return execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });
}

describe('the tarball', () => {
  let files: string[];
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'sched-nest-user-'));
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', version: '0.0.0', private: true }));
    for (const name of ['core', 'background']) install(name);
    files = install('nestjs');
    for (const name of INSTALLED) link(name, join(packages, 'nestjs/node_modules'));
    link('@types/node', tools);
    link('better-sqlite3', join(packages, 'core/node_modules'));
  }, 120_000);
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('holds the build, the README, the licence and the manifest only', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'package.json', 'dist/index.js', 'dist/index.cjs']));
    expect(files.filter((file) => !/^(dist\/.*|LICENSE|README\.md|package\.json)$/.test(file))).toEqual([]);
  });

  test('exports the same names to import and to require', () => {
    const names = Object.keys(entry).sort();
    const print = 'console.log(JSON.stringify(Object.keys(entry).sort()))';
    expect(JSON.parse(run('names.mjs', `import * as entry from '@sched/nestjs'; ${print}`))).toEqual(names);
    expect(JSON.parse(run('names.cjs', `const entry = require('@sched/nestjs'); ${print}`))).toEqual(names);
  });

  test.each([
    ['commonjs', { module: 'commonjs', moduleResolution: 'node10' }],
    ['nodenext', { module: 'nodenext', moduleResolution: 'nodenext' }],
  ])(
    'serves an application compiled as %s under strict',
    (outDir, moduleOptions) => {
      const compilerOptions = {
        ...moduleOptions,
        ...{ outDir, target: 'ES2022', lib: ['ES2023', 'ESNext.Disposable'], types: ['node'] },
        ...{ strict: true, experimentalDecorators: true, emitDecoratorMetadata: true },
        // Nest's own declarations do not hold without it.
        skipLibCheck: true,
      };
      writeFileSync(join(project, 'main.ts'), MAIN);
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.ts'] }));
      const compile = () =>
        execFileSync(process.execPath, [join(tools, 'typescript/bin/tsc'), '-p', '.'], {
          cwd: project,
          encoding: 'utf8',
        });
      expect(outputOf(compile)).toBe('');
      expect(run(`${outDir}/main.js`)).toBe('Europe/Berlin 4\noften\n');
    },
    120_000,
  );
});

/** What a command prints, whether or not it fails. */
function outputOf(command: () => string): string {
  try {
    return command();
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) return String(error.stdout);
    throw error;
  }
}

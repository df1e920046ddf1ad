// The example of the README as three files: they compile under `strict`, and a scheduler and two workers run them as they are built.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';
import { canStart, startServer } from '../../core/test/services.ts';

const hasRedis = await canStart('redis');
const home = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = [
  ...readFileSync(join(home, 'README.md'), 'utf8').matchAll(/^```ts\n\/\/ (\S+)\.ts\n([\s\S]*?)^```$/gm),
];

// Within the package, from where the imports of an example are found.
mkdirSync(join(home, '.sched'), { recursive: true });
const directory = mkdtempSync(join(home, '.sched', 'readme-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

describe('README.md', () => {
  test('has its examples', () => {
    expect(sources.map(([, name]) => name)).toEqual(['tasks', 'worker', 'scheduler']);
  });

  test('compiles', () => {
    const files = sources.map(([, name, source = '']) => {
      const file = join(directory, `${name}.ts`);
      writeFileSync(file, source);
      return file;
    });
    const options: ts.CompilerOptions = {
      rootDir: directory,
      outDir: directory,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    const program = ts.createProgram(files, options);
    const faults = ts.getPreEmitDiagnostics(program);
    expect(faults.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, '\n'))).toEqual([]);
    program.emit();
  });

  test.skipIf(!hasRedis)('runs with two workers, which share the runs', { timeout: 60_000 }, async () => {
    const server = await startServer('redis');
    const start = (name: string) => {
      const env = { ...process.env, REDIS_URL: server.url };
      const child = spawn(process.execPath, [join(directory, `${name}.js`)], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.push(child);
      const program = { child, output: '', ended: once(child, 'close') };
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          program.output += text;
        });
      return program;
    };
    const wrote = async (program: ReturnType<typeof start>, pattern: RegExp) => {
      while (!pattern.test(program.output)) {
        if (program.child.exitCode !== null) throw new Error(`it ended too early: ${program.output}`);
        await Promise.race([once(program.child.stdout, 'data'), program.ended]);
      }
    };
    const workers = [start('worker'), start('worker')];
    for (const worker of workers) await wrote(worker, /worker ready/);
    const scheduler = start('scheduler');
    await wrote(scheduler, /cat\.png by process \d+, attempt 1\n[\s\S]*^cat\/1\/\d+ { picture: 'cat.png', by: \d+ }$/m);
    for (const program of [scheduler, ...workers]) {
      program.child.kill('SIGTERM');
      expect(await program.ended).toEqual([0, null]);
    }
    await server.stop();
  });
});

// The examples of the README are programs: they compile under `strict`, and they run on the packages as they are built.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, test } from 'vitest';

const home = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = [...readFileSync(join(home, 'README.md'), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
  ([, code = '']) => code,
);

/** For each example in turn what it prints, and whether it ends by itself or at a signal. */
const EXPECTED: readonly [printed: RegExp, end: 'by itself' | 'at SIGTERM' | 'never'][] = [
  [/^fire 0 for .*: \d+ ms late, 0 missed before it\n/, 'by itself'],
  [/exhaustMap leaves out what comes meanwhile: work 2[\s\S]*concatMap lets it wait: work 2/, 'never'],
  [/^as expected\n$/, 'by itself'],
  [/next: never\n[\s\S]*eu for \S+: running\nreport for eu\n[\s\S]*eu for \S+: succeeded\n/, 'by itself'],
  [/^index\/1\/manual-\S+ took until .*\n[\s\S]*index\/1\/manual-\S+ took until/, 'at SIGTERM'],
];

// Within the package, from where the imports of an example are found.
mkdirSync(join(home, '.sched'), { recursive: true });
const directory = mkdtempSync(join(home, '.sched', 'readme-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('README.md', () => {
  test('has its examples', () => {
    expect(sources.length).toBe(EXPECTED.length);
  });

  test('compiles', () => {
    const files = sources.map((source, index) => {
      const file = join(directory, `example-${index}.mts`);
      writeFileSync(file, source);
      return file;
    });
    const options: ts.CompilerOptions = {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    const faults = ts.getPreEmitDiagnostics(ts.createProgram(files, options));
    expect(faults.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, '\n'))).toEqual([]);
  });

  test.concurrent.each(EXPECTED.map(([printed, end], index) => ({ printed, end, index })))(
    'example $index runs and ends $end',
    async ({ printed, end, index }) => {
      const place = mkdtempSync(join(directory, 'run-'));
      const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
      const program = join(place, 'example.mjs');
      writeFileSync(program, ts.transpileModule(sources[index] ?? '', { compilerOptions }).outputText);
      const child = spawn(process.execPath, [program], {
        cwd: place,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 20_000,
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          if (end !== 'by itself' && printed.test(output)) child.kill(end === 'never' ? 'SIGKILL' : 'SIGTERM');
        });
      }
      const [code, signal] = await once(child, 'close');
      expect(output).toMatch(printed);
      expect([code, signal], output).toEqual(end === 'never' ? [null, 'SIGKILL'] : [0, null]);
    },
  );
});

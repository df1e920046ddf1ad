// The examples of the READMEs are programs: they compile under `strict`, and they run on the packages as they are built.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { emptyDirectory, ended } from './program.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** What to do after the examples of a page, to see them work, and from which package's place its imports are found. */
const PAGES: readonly [page: string, home: string, ending: string, output: string][] = [
  [
    'README.md',
    'apps/background',
    `const ended = new Promise((resolve) => scheduler.on('run:succeeded', ({ jobId }) => jobId === 'eu' && resolve(jobId)));
     await scheduler.runJob('eu');
     console.log(await ended, (await scheduler.getJobs()).length, scheduler.health().status);
     await scheduler.shutdown();`,
    'report for eu, due',
  ],
  ['packages/background/README.md', 'packages/background', `console.log(scheduler.state);`, 'shutdown'],
  ['packages/blocking/README.md', 'packages/blocking', `console.log(scheduler.state);`, 'reporting'],
];

describe.each(PAGES)('%s', (page, home, ending, expected) => {
  const builds = join(root, home, '.sched');
  const directory = (kind: string) => {
    mkdirSync(builds, { recursive: true });
    return mkdtempSync(join(builds, kind));
  };
  afterAll(() => rmSync(builds, { recursive: true, force: true }));
  const source = programOf(readFileSync(join(root, page), 'utf8'), ending);

  it('compiles', () => {
    const file = join(directory('types-'), 'example.ts');
    writeFileSync(file, source);
    const options: ts.CompilerOptions = {
      noEmit: true,
      strict: true,
      skipLibCheck: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    };
    const faults = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
    expect(faults.map((fault) => ts.flattenDiagnosticMessageText(fault.messageText, '\n'))).toEqual([]);
  });

  it('runs', async () => {
    const file = join(directory('run-'), 'example.mjs');
    const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
    writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
    const child = spawn(process.execPath, [file], { cwd: emptyDirectory(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        // The blocking example goes on until somebody asks it to end.
        if (page.includes('blocking') && text.includes('reporting')) child.kill('SIGTERM');
      });
    }
    expect(await ended(child), output).toBe(0);
    expect(output).toContain(expected);
  });
});

/** The first example as it stands; each further one in a block of its own, so that it may use the names of the first. */
function programOf(page: string, ending: string): string {
  const [first = '', ...others] = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
  return [first, ...others.map((code) => `{\n${code}}\n`), `{\n${ending}\n}\n`].join('\n');
}

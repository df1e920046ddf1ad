// Programs as users of the package write them: type-checked under `strict` and run, as CommonJS, on the package as it is built.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const home = fileURLToPath(new URL('../', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** As `nest new` sets it up, but stricter. */
const DECORATORS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/** How a program ended. */
export interface Ended {
  readonly code: number | NodeJS.Signals | null;
  readonly output: string;
}

/** A place inside the package, so that programs find it and what it is developed with. */
export class Programs {
  readonly #directory: string;

  constructor() {
    if (!existsSync(join(home, 'dist/index.cjs')))
      throw new Error('packages/nestjs is not built: `npm test` does that');
    mkdirSync(join(home, '.sched'), { recursive: true });
    this.#directory = mkdtempSync(join(home, '.sched/program-'));
  }

  /** What the compiler has to say about programs, by their names. */
  check(sources: ReadonlyMap<string, string>): string[] {
    const files = [...sources].map(([name, source]) => {
      const file = join(this.#directory, `${name}.cts`);
      writeFileSync(file, source);
      return file;
    });
    const faults = ts.getPreEmitDiagnostics(
      ts.createProgram(files, {
        ...DECORATORS,
        noEmit: true,
        strict: true,
        skipLibCheck: true,
        module: ts.ModuleKind.NodeNext,
        moduleResolution: ts.ModuleResolutionKind.NodeNext,
        types: ['node'],
        typeRoots: [join(root, 'node_modules/@types')],
      }),
    );
    return faults.map(({ file, messageText }) => {
      return `${basename(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  }

  /** Runs a program to its end, in an empty directory; `watch` sees the output as it comes. */
  async run(name: string, source: string, { args = [], watch = () => {} }: RunOptions = {}): Promise<Ended> {
    const file = join(this.#directory, `${name}.cjs`);
    const compilerOptions = { ...DECORATORS, module: ts.ModuleKind.CommonJS, esModuleInterop: true };
    writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
    const cwd = mkdtempSync(join(tmpdir(), 'sched-'));
    const child = spawn(process.execPath, [file, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        watch(output, (signal) => child.kill(signal));
      });
    }
    // A program that does not end by itself is a fault; the test is told how it ended.
    const limit = setTimeout(() => child.kill('SIGKILL'), 45_000);
    await once(child, 'close');
    clearTimeout(limit);
    return { code: child.exitCode ?? child.signalCode, output };
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

interface RunOptions {
  readonly args?: readonly string[];
  readonly watch?: (output: string, kill: (signal: NodeJS.Signals) => void) => void;
}

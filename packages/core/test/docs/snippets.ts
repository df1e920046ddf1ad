// The TypeScript on a page of docs/, as programs: compiled under `strict`, and run on a virtual clock.
//
// The first block of a page is where it begins; each further one goes on from it, in a life of its own. A block with imports of
// its own stands for itself. In a block, `expression; // => value` is checked, `// 5 minutes later` lets time pass, and what it
// prints is what it says that it prints, line by line: `// prints this, that`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import ts from 'typescript';
import * as blocking from '../../../blocking/src/index.ts';
import * as core from '../../src/index.ts';
import { VirtualClock } from '../../src/testing/index.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A block of a page, with what it goes on from. */
export interface Snippet {
  /** Its first line, for the test's name. */
  readonly title: string;
  readonly source: string;
}

/** The text of a page of docs/. */
export function readPage(name: string): string {
  return readFileSync(join(root, 'docs', name), 'utf8');
}

/** The page's blocks of a language, as they are written. */
export function blocks(page: string, language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code = '']) => code);
}

/** The TypeScript of a page, each block as a program. */
export function snippets(page: string): Snippet[] {
  const [first = '', ...others] = blocks(page, 'ts');
  return [first, ...others].map((code, index) => ({
    title: `${index}: ${code.split('\n').find((line) => !line.startsWith('import')) ?? ''}`.trim(),
    source: index === 0 || /^import /m.test(code) ? code : `${first}\n{\n${code}}\n`,
  }));
}

/** What the compiler has to say against them, with the page's packages as they are in the sources. */
export function faults(programs: readonly Snippet[]): string[] {
  const file = (index: number) => join(root, 'docs', `snippet-${index}.ts`);
  const sources = new Map(programs.map(({ source }, index) => [file(index), `${source}\nexport {};\n`]));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const sched = (name: string, entry = 'index') => [join(root, `packages/${name}/src/${entry}.ts`)];
  const paths = {
    '@sched/core': sched('core'),
    '@sched/core/testing': sched('core', 'testing/index'),
    '@sched/core/stores/sqlite': sched('core', 'stores/sqlite/index'),
    '@sched/background': sched('background'),
    '@sched/blocking': sched('blocking'),
  };
  const complete = { ...options, paths, typeRoots: [join(root, 'node_modules/@types')] };
  const host = ts.createCompilerHost(complete);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.getSourceFile = (name, target) => {
    const source = sources.get(name);
    return source === undefined ? getSourceFile(name, target) : ts.createSourceFile(name, source, target);
  };
  const program = ts.createProgram([...sources.keys()], complete, host);
  return [...sources.keys()]
    .flatMap((name) => ts.getPreEmitDiagnostics(program, program.getSourceFile(name)))
    .map((fault) => `${fault.file?.fileName}: ${ts.flattenDiagnosticMessageText(fault.messageText, '\n')}`);
}

/** What a program runs in. */
export interface World {
  /** What can be imported, by its specifier. */
  readonly modules: Readonly<Record<string, object>>;
  readonly Date: typeof Date;
  readonly setTimeout: (fire: () => void, ms: number) => unknown;
  /** Lets time pass. */
  readonly later: (ms: number) => Promise<unknown>;
}

/** Runs a program from a moment on; answers where it did something else than it says. */
export async function play(snippet: Snippet, start: string): Promise<readonly string[]> {
  const clock = new VirtualClock({ now: start });
  const schedulers: core.Scheduler[] = [];
  class BackgroundScheduler extends core.Scheduler {
    constructor(options: core.SchedulerOptions | core.FlatConfiguration = {}) {
      super(options, clock);
      this.configure({ logger: null });
      schedulers.push(this);
    }
  }
  const modules = { '@sched/core': core, '@sched/background': { BackgroundScheduler }, '@sched/blocking': blocking };
  try {
    const setTimeout = (fire: () => void, ms: number) => clock.setTimer(ms, fire);
    return await playIn({ modules, Date: dateOf(clock), setTimeout, later: (ms) => clock.advance(ms) }, snippet);
  } finally {
    for (const scheduler of schedulers) await scheduler.shutdown({ wait: false });
  }
}

/** Runs a program in a world of one's own; answers where it did something else than it says. */
export async function playIn(world: World, { source }: Snippet): Promise<readonly string[]> {
  const printed: string[] = [];
  const wrong: string[] = [];
  const check = (value: unknown, expected: string) => {
    if (shown(value) !== expected) wrong.push(`says ${expected}, is ${shown(value)}`);
  };
  const console = { log: (...values: unknown[]) => printed.push(values.map(shown).join(' ')) };
  const scope = { ...world, console, check };
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  await AsyncFunction(...Object.keys(scope), program(source))(...Object.values(scope));
  check(printed.join(', '), [...source.matchAll(/^\/\/ prints (.*)$/gm)].map(([, text]) => text).join(', '));
  return wrong;
}

const UNITS: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The body of a function that does what the source says. */
function program(source: string): string {
  const body = source
    .replace(/^import type .*;$/gm, '')
    .replace(/^import \{([^}]*)\} from ('.*');$/gm, (_, names: string, from: string) => {
      return `const {${names.replaceAll(' as ', ': ')}} = modules[${from}];`;
    })
    .replace(/^( *)(\S.*); \/\/ => (.*)$/gm, (_, indent: string, expression: string, expected: string) => {
      return `${indent}check(${expression}, ${JSON.stringify(expected)});`;
    })
    .replace(
      /^( *)\/\/ (\d+) (second|minute|hour|day)s? later$/gm,
      (_, indent: string, count: string, unit: string) => {
        return `${indent}await later(${Number(count) * (UNITS[unit] ?? 0)});`;
      },
    );
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(body, { compilerOptions }).outputText;
}

/** A value as the pages write it. */
function shown(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 5 });
}

/** The global `Date` by a virtual clock. */
function dateOf(clock: VirtualClock): typeof Date {
  return new Proxy(Date, {
    construct: (target, values) => (values.length === 0 ? new target(clock.now()) : Reflect.construct(target, values)),
    get: (target, name) => (name === 'now' ? () => clock.now() : Reflect.get(target, name)),
  });
}

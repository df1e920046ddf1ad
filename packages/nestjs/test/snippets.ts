// The examples of a page, each as a program that starts an application with what the example declares.

/** An example. */
export interface Snippet {
  /** What stands beside the language: `before`. */
  readonly label: string;
  /** What the classes in it are called. */
  readonly classes: readonly string[];
  readonly code: string;
}

/** The TypeScript examples of a page, in order. */
export function snippetsOf(page: string): Snippet[] {
  return [...page.matchAll(/^```ts ?(\w*)\n([\s\S]*?)^```$/gm)].map(([, label = '', code = '']) => ({
    label,
    classes: [...code.matchAll(/^export class (\w+)/gm)].map(([, name = '']) => name),
    code,
  }));
}

/** What all the examples import, in one list: each may use what one before it imported. */
function importsOf(snippets: readonly Snippet[], more: string): string {
  const names = new Map<string, Set<string>>();
  for (const code of [...snippets.map((snippet) => snippet.code), more]) {
    for (const [, isType, list = '', path = ''] of code.matchAll(/^import (type )?\{([^}]*)\} from '(.*)';$/gm)) {
      const known = names.get(path) ?? new Set();
      names.set(path, known);
      for (const name of list.split(',').map((text) => text.trim())) known.add(isType ? `type ${name}` : name);
    }
  }
  const lines = [...names].map(([path, list]) => {
    const values = [...list].filter((name) => name !== '' && !(name.startsWith('type ') && list.has(name.slice(5))));
    return `import { ${values.join(', ')} } from '${path}';`;
  });
  return lines.join('\n');
}

/** How an example becomes a program. */
export interface ProgramOptions {
  /** The package whose decorators it uses. */
  readonly from: '@nestjs/schedule' | '@sched/nestjs';
  /** What is done to see it. */
  readonly action?: string;
  /** Imports that the page takes for granted. */
  readonly imports?: string;
}

/** The program: starts an application with the classes of the example, does what the test asks, waits, and closes it. */
export function programOf(snippet: Snippet, all: readonly Snippet[], options: ProgramOptions): string {
  const { from, action = '' } = options;
  const module = from === '@sched/nestjs' ? 'SchedModule' : 'ScheduleModule';
  const more = `import { Module as RootModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ${module} as TestedModule, SchedulerRegistry as TestedRegistry } from '${from}';
${options.imports ?? ''}`;
  const imports = importsOf(all, more);
  const body = snippet.code.replace(/^import (type )?\{[^}]*\} from '.*';\n/gm, '');
  const parts = snippet.classes.includes('AppModule')
    ? 'imports: [AppModule]'
    : `imports: [TestedModule.forRoot()], providers: [${snippet.classes.join(', ')}]`;
  return `${imports}
${body}
@RootModule({ ${parts} })
class Root {}

async function main() {
  const app = await NestFactory.createApplicationContext(Root);
  const registry = app.get(TestedRegistry, { strict: false });
  console.log('cron jobs:', [...registry.getCronJobs().keys()].join(' '));
  console.log('others:', [...registry.getIntervals(), ...registry.getTimeouts()].join(' '));
  ${action}
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await app.close();
  console.log('closed');
}
void main();
`;
}

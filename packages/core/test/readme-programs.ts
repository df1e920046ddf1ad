// The examples of a package's README as programs: written where its imports are found, compiled under `strict`, and taken away.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll } from 'vitest';

/** Writes programs into a directory of a package, each into one of its own; they are removed when the file's tests are over. */
export function programsOf(home: string): (source: string, name: string) => string {
  const builds = join(home, '.sched');
  afterAll(() => rmSync(builds, { recursive: true, force: true }));
  return (source, name) => {
    mkdirSync(builds, { recursive: true });
    const file = join(mkdtempSync(join(builds, 'readme-')), name);
    writeFileSync(file, source);
    return file;
  };
}

/** What the compiler has to say against programs, each fault with its file. */
export function faultsOf(files: readonly string[], more: ts.CompilerOptions = {}): readonly string[] {
  const options: ts.CompilerOptions = {
    noEmit: true,
    strict: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node'],
    ...more,
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram(files, options))
    .map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

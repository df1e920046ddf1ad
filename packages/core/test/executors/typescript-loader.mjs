// A loader for TypeScript, as small as can be: what `tsx` is to users.
import { readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import ts from 'typescript';

export function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const source = ts.transpile(readFileSync(fileURLToPath(url), 'utf8'), options);
  return { format: 'module', source, shortCircuit: true };
}

// Node loads this file once more as the loader itself.
if (!new URL(import.meta.url).search) register(`${import.meta.url}?loader`, { data: isMainThread });

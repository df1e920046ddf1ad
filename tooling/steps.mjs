// Steps of a command: one line each with the seconds it took; a step's own output only where it fails.
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { root, toolEnvironment } from './workspace.mjs';

/** A message for the user that needs no stack trace. */
export class Refusal extends Error {}

/** Runs a program with its output shown, in the workspace's top directory or another; resolves to its exit code. */
export function show(program, args, env = toolEnvironment(), cwd = root) {
  return run(program, args, { env, cwd, stdio: 'inherit' }).then(({ code }) => code);
}

/** Runs a program as one step, its output kept back until it fails; resolves to whether it succeeded. */
export async function step(title, program, args, env = toolEnvironment()) {
  const startedAt = performance.now();
  if (process.stderr.isTTY) process.stderr.write(`… ${title}\r`);
  const { code, output } = await run(program, args, { env, cwd: root, stdio: 'pipe' });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.error(`${code === 0 ? '✓' : '✗'} ${title} (${seconds} s)`);
  if (code !== 0) console.error(output.trimEnd());
  return code === 0;
}

/** Runs the body of a command and ends with the exit code it answers, if any; a refusal is printed as it stands. */
export async function command(body) {
  try {
    const code = await body();
    if (code !== undefined) process.exitCode = code;
  } catch (error) {
    console.error(error instanceof Refusal ? error.message : error);
    process.exitCode = 1;
  }
}

function run(program, args, { env, cwd, stdio }) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', stdio, stdio], shell: onWindows(program) });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(output).toString() }));
  });
}

/** Windows starts npm's wrappers (`turbo.cmd`) through a shell only. */
const onWindows = (program) => process.platform === 'win32' && program !== process.execPath;

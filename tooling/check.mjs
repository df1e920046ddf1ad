// `pnpm check [name…]`: all the checks a change has to pass, or those named; `--report=FILE` writes the outcome as JSON.
import { writeFileSync } from 'node:fs';
import { setUp, turbo } from './setup.mjs';
import { command, Refusal, show, step } from './steps.mjs';
import { binary } from './workspace.mjs';

/** What tsc reads: everything in one program, and apart from it what has compiler options of its own. */
const TYPE_PROJECTS = [
  '.',
  'packages/nestjs',
  'packages/nestjs/compat/nest10',
  'packages/nestjs/compat/nest12',
  'apps/nestjs',
  'packages/dashboard/src/page',
];

const CHECKS = {
  lint: () => step('lint and format', binary('biome'), ['ci', '--error-on-warnings', '--colors=off', '.']),
  arrows: () => step('import rules', process.execPath, ['tooling/check-arrows.mjs']),
  types: async () => {
    const outcomes = [];
    for (const project of TYPE_PROJECTS)
      outcomes.push(await step(`types of ${project}`, binary('tsc'), ['-p', project]));
    return outcomes.every(Boolean);
  },
  unused: () => step('unused files, exports and dependencies', binary('knip'), []),
  build: () => turbo('build', 'build'),
  packages: () => turbo('package checks', 'package-check', '--continue', '--filter=./packages/*'),
  test: async () => (await show(process.execPath, ['tooling/test.mjs'])) === 0,
};

await command(async () => {
  const args = process.argv.slice(2);
  const named = args.filter((arg) => !arg.startsWith('--'));
  const unknown = named.find((name) => !Object.hasOwn(CHECKS, name));
  if (unknown !== undefined) throw new Refusal(`No check "${unknown}"; there are ${Object.keys(CHECKS).join(', ')}.`);
  await setUp();
  const outcomes = {};
  for (const name of named.length > 0 ? named : Object.keys(CHECKS)) outcomes[name] = await CHECKS[name]();
  const report = args.find((arg) => arg.startsWith('--report='))?.slice('--report='.length);
  if (report !== undefined) writeFileSync(report, JSON.stringify(outcomes));
  return summarise(outcomes);
});

function summarise(outcomes) {
  const failed = Object.keys(outcomes).filter((name) => !outcomes[name]);
  console.error(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}

// Shows that every arrow in biome.json bites: one wrong line each, in a scratch copy of the layout, must be refused.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { binary, root } from './workspace.mjs';

const core = 'packages/core/src';
const room = (name, imported) => [
  `${core}/${name}/to${imported.replace(/[^a-z]+/g, '-')}.ts`,
  `import '${imported}';`,
  'noRestrictedImports',
];
const product = (file, line, rule) => [`packages/${file}`, line, rule];

/** [file, the wrong line, the rule that must refuse it]. */
const WRONG = [
  room('time', '../triggers/right.ts'),
  room('time', '../clock.ts'),
  room('triggers', '../jobs/right.ts'),
  room('triggers', '../clock.ts'),
  room('triggers/cron', '../../stores/right.ts'),
  room('jobs', '../stores/right.ts'),
  room('jobs', '../clock.ts'),
  room('stores', '../executors/right.ts'),
  room('stores/sqlite', '../../scheduler/right.ts'),
  room('executors', '../triggers/right.ts'),
  room('executors', '../stores/right.ts'),
  room('executors', '../scheduler/right.ts'),
  room('scheduler', '../testing/right.ts'),
  product('core/src/index.ts', "import './testing/right.ts';", 'noRestrictedImports'),
  product('core/src/errors.ts', "import './time/absent.ts';", 'noRestrictedImports'),
  product('core/src/clock.ts', "import './time/absent.ts';", 'noRestrictedImports'),
  product('background/src/testing.ts', "import '@sched/core/testing';", 'noRestrictedImports'),
  product('core/src/scheduler/express.ts', "import 'express';", 'noUndeclaredDependencies'),
  product('core/src/scheduler/croner.ts', "import 'croner';", 'noUndeclaredDependencies'),
  product('blocking/src/luxon.ts', "import 'luxon';", 'noUndeclaredDependencies'),
  product('background/src/blocking.ts', "import '@sched/blocking';", 'noUndeclaredDependencies'),
  product('core/src/jobs/timer.ts', 'setTimeout(() => undefined, 1);', 'noRestrictedGlobals'),
  product('core/src/jobs/now.ts', 'export const now = Date.now();', 'plugin'),
  product('core/src/jobs/today.ts', 'export const today = new Date();', 'plugin'),
  product('core/src/time/luxon-now.ts', 'export const now = DateTime.now();', 'plugin'),
  product('core/src/jobs/chance.ts', 'export const chance = Math.random();', 'plugin'),
  product('core/src/stores/first.ts', "import './second.ts';", 'noImportCycles'),
  product('core/src/stores/second.ts', "import './first.ts';", 'noImportCycles'),
];

/** [file, line]: what the rules must let through. */
const RIGHT = [
  ...['time', 'triggers', 'jobs', 'stores', 'executors', 'scheduler', 'testing'].map((name) => [
    `${core}/${name}/right.ts`,
    "import '../errors.ts';",
  ]),
  [`${core}/triggers/cron/right.ts`, "import '../../time/right.ts';"],
  [`${core}/jobs/trigger.ts`, "import '../triggers/right.ts';"],
  [`${core}/stores/clock.ts`, "import '../clock.ts';"],
  [`${core}/executors/job.ts`, "import '../jobs/right.ts';"],
  [`${core}/testing/clock.ts`, "import '../scheduler/right.ts';"],
  [`${core}/time/luxon.ts`, "import 'luxon';"],
  [`${core}/stores/driver.ts`, "import 'better-sqlite3';"],
  [`${core}/time/given.ts`, 'export const epoch = new Date(0);'],
  ['packages/background/src/core.ts', "import '@sched/core';"],
];

const scratch = mkdtempSync(join(tmpdir(), 'sched-arrows-'));
try {
  layOut();
  const found = diagnostics();
  const problems = [
    ...WRONG.filter(([file, , rule]) => !found.some((it) => it.file === file && it.rule === rule)).map(
      ([file, line, rule]) => `${rule} lets through: ${line} in ${file}`,
    ),
    ...found
      .filter((it) => RIGHT.some(([file]) => file === it.file))
      .map((it) => `${it.rule} refuses what is allowed in ${it.file}`),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${WRONG.length} wrong lines refused, ${RIGHT.length} right ones let through`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function layOut() {
  put('biome.json');
  put('tooling/lint/clock-only.grit');
  for (const name of ['core', 'background', 'blocking']) put(`packages/${name}/package.json`);
  for (const [file, line] of [...RIGHT, ...WRONG]) put(file, `${line}\n`);
}

function put(file, text) {
  const target = join(scratch, file);
  mkdirSync(dirname(target), { recursive: true });
  if (text === undefined) copyFileSync(join(root, file), target);
  else writeFileSync(target, text);
}

/** What biome says of the scratch tree: the file and the last part of the rule's name of each finding. */
function diagnostics() {
  const report = biomeJson();
  return report.diagnostics.map((it) => ({
    file: (typeof it.location.path === 'string' ? it.location.path : it.location.path?.file)?.replaceAll('\\', '/'),
    rule: it.category.split('/').at(-1),
  }));
}

function biomeJson() {
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '.'];
  try {
    return JSON.parse(
      execFileSync(binary('biome'), args, { cwd: scratch, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch (error) {
    return JSON.parse(error.stdout);
  }
}

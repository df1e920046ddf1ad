// Installs Debian packages, one call at a time, where this process may.
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { step } from '../steps.mjs';
import { findProgram } from './programs.mjs';

/** Package scripts ask this file whether they may start a daemon. */
const POLICY = '/usr/sbin/policy-rc.d';
const PATIENT = ['-o', 'DPkg::Lock::Timeout=600', '-o', 'Acquire::Retries=3'];
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };

let isListUpdated = false;
let last = Promise.resolve();

/** Whether `aptInstall` can work here: on Debian and its kin, as root. */
export const canInstall = () => process.getuid?.() === 0 && findProgram('apt-get') !== undefined;

/** Installs packages, with a line of progress for each step. */
export function aptInstall(packages) {
  last = last.then(() => withoutDaemons(() => install(packages)));
  return last;
}

/** Resolves when no installation is under way: one that is broken off leaves the machine's packages in disorder. */
export const aptIdle = () => last;

async function install(packages) {
  console.error(`… installing ${packages.join(' ')}, for tests`);
  if (!isListUpdated) await step('apt-get update', 'apt-get', ['update', '-qq', ...PATIENT], env);
  isListUpdated = true;
  const args = ['install', '-y', '-qq', '--no-install-recommends', ...PATIENT, ...packages];
  await step(`apt-get install ${packages.join(' ')}`, 'apt-get', args, env);
}

/** Tests start servers of their own: none that comes with a package is to run, unless the machine has a policy already. */
async function withoutDaemons(body) {
  if (existsSync(POLICY)) return body();
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
  chmodSync(POLICY, 0o755);
  try {
    await body();
  } finally {
    rmSync(POLICY, { force: true });
  }
}

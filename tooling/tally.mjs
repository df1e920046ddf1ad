// The last word of a CI run: `tally.mjs TESTS.json EXIT-CODE CHECKS.json EXIT-CODE` counts the runners' own reports.
import { existsSync, readFileSync } from 'node:fs';

const [testsFile, testsCode, checksFile, checksCode] = process.argv.slice(2);

const tests = atLeastOneFailure(countTests(report(testsFile)), Number(testsCode));
const checks = atLeastOneFailure(countChecks(report(checksFile)), Number(checksCode));

console.log(`tests: ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped`);
console.log(`checks, each counted as one: ${checks.passed} passed, ${checks.failed} failed`);
console.log(`${tests.passed + checks.passed} passed, ${tests.failed + checks.failed} failed`);
process.exitCode = tests.failed + checks.failed === 0 ? 0 : 1;

function report(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/** Vitest's JSON report; a file that could not even be loaded holds no tests and counts as one failure. */
function countTests(found) {
  const files = found?.testResults ?? [];
  const unloadable = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  return {
    passed: found?.numPassedTests ?? 0,
    failed: (found?.numFailedTests ?? 0) + unloadable,
    skipped: (found?.numPendingTests ?? 0) + (found?.numTodoTests ?? 0),
  };
}

function countChecks(outcomes = {}) {
  const passed = Object.values(outcomes).filter(Boolean).length;
  return { passed, failed: Object.keys(outcomes).length - passed };
}

/** A runner that failed without naming a failure (it crashed, or an error was left unhandled) has one. */
function atLeastOneFailure(counts, exitCode) {
  return exitCode !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

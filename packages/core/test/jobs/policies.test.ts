// Policies: the options people write, completed with defaults, and shown again as options.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvalidOptionError, type PolicyOptions, Scheduler } from '../../src/index.ts';
import { applyPolicies, DEFAULT_POLICIES, policyOptions } from '../../src/jobs/policies.ts';

describe('defaults', () => {
  test('late is better than never, one at a time, the latest of those missed', () => {
    expect(policyOptions(DEFAULT_POLICIES)).toEqual({
      ...{ coalesce: true, misfireGraceTime: null, maxInstances: 1, overlap: 'skip', timeout: null, retry: null },
      ...{ jitter: null, priority: 0, keepRuns: 100, killGrace: null, keepResult: false },
      ...{ pauseOnFailure: null, maxRuns: null, startDate: null, endDate: null },
    });
  });

  test('of the scheduler apply where the job says nothing', async () => {
    const scheduler = new Scheduler({ logger: null, jobDefaults: { maxInstances: 3, timeout: 60, coalesce: false } });
    const job = await scheduler.addJob(() => {}, 'interval', { hours: 1, maxInstances: 5, timeout: null });
    expect(job.policies).toMatchObject({ maxInstances: 5, timeout: null, coalesce: false, overlap: 'skip' });
    await scheduler.shutdown();
  });

  test('changed later do not reach back to jobs that are in a store', async () => {
    const scheduler = new Scheduler({ logger: null });
    await scheduler.addJob(() => {}, 'interval', { hours: 1, id: 'a', maxInstances: 2 });
    scheduler.configure({ jobDefaults: { maxInstances: 9, keepRuns: 7 } });
    await scheduler.start({ paused: true });
    expect((await scheduler.getJob('a'))?.policies).toMatchObject({ maxInstances: 2, keepRuns: 7 });
    await scheduler.shutdown();
  });
});

describe('what is written', () => {
  test.each<[string, PolicyOptions, object]>([
    ['seconds', { timeout: 90 }, { timeoutMs: 90_000 }],
    ['fractions of seconds', { misfireGraceTime: 0.25 }, { misfireGraceMs: 250 }],
    ['units, added up', { timeout: { minutes: 1, seconds: 30, milliseconds: 5 } }, { timeoutMs: 90_005 }],
    ['no grace at all', { misfireGraceTime: 0 }, { misfireGraceMs: 0 }],
    ['one number of jitter', { jitter: 120 }, { jitterMs: [0, 120_000] }],
    ['no jitter', { jitter: 0 }, { jitterMs: null }],
    [
      'a retry with its defaults',
      { retry: { maxAttempts: 3 } },
      { retry: { maxAttempts: 3, delayMs: 1000, backoff: 2, maxDelayMs: 3_600_000, jitter: 0, on: null, notOn: null } },
    ],
    [
      'a retry at once',
      { retry: { maxAttempts: 3, delay: 0, backoff: 1 } },
      { retry: { maxAttempts: 3, delayMs: 0, backoff: 1, maxDelayMs: 3_600_000, jitter: 0, on: null, notOn: null } },
    ],
    ['no history', { keepRuns: 0 }, { keepRuns: 0 }],
    [
      'what is repeated, and what is not',
      { retry: { maxAttempts: 2, delay: 0, jitter: 0.5, on: ['EB', 'EA', 'EB'], notOn: ['TypeError'] } },
      {
        retry: {
          ...DEFAULT_POLICIES.retry,
          maxAttempts: 2,
          delayMs: 0,
          jitter: 0.5,
          on: ['EA', 'EB'],
          notOn: ['TypeError'],
        },
      },
    ],
    ['a kill at once', { killGrace: 0 }, { killGraceMs: 0 }],
    [
      'bounds',
      { startDate: '2026-01-01', endDate: new Date(1e12 + 1e12) },
      { startAt: Date.UTC(2026, 0, 1), endAt: 2e12 },
    ],
  ])('%s', (_, options, expected) => {
    expect(applyPolicies(DEFAULT_POLICIES, { ...options })).toEqual({ ...DEFAULT_POLICIES, ...expected });
  });

  test('is written the same again: shown as options, it means what it meant', () => {
    const milliseconds = fc.nat(1e9);
    const seconds = milliseconds.map((ms) => ms / 1000);
    const options = fc.record(
      {
        coalesce: fc.boolean(),
        misfireGraceTime: fc.option(seconds),
        maxInstances: fc.integer({ min: 1, max: 1000 }),
        overlap: fc.constantFrom('skip', 'queue', 'replace'),
        timeout: fc.option(fc.integer({ min: 1, max: 1e9 }).map((ms) => ms / 1000)),
        retry: fc.option(
          fc.record({
            maxAttempts: fc.integer({ min: 1, max: 99 }),
            delay: seconds,
            backoff: fc.double({ min: 1, max: 9, noNaN: true }),
            maxDelay: seconds,
            jitter: fc.double({ min: 0, max: 1, noNaN: true }),
            on: fc.option(fc.array(fc.string({ minLength: 1 }), { minLength: 1 })),
            notOn: fc.option(fc.array(fc.string({ minLength: 1 }), { minLength: 1 })),
          }),
        ),
        jitter: fc.option(seconds),
        priority: fc.integer({ min: -1_000_000, max: 1_000_000 }),
        keepRuns: fc.nat(),
        keepResult: fc.boolean(),
        killGrace: fc.option(seconds),
        pauseOnFailure: fc.option(fc.integer({ min: 1 })),
        maxRuns: fc.option(fc.integer({ min: 1 })),
        startDate: fc.option(fc.date({ noInvalidDate: true, max: new Date(1e12) })),
        endDate: fc.option(fc.date({ noInvalidDate: true, min: new Date(1e12) })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(options, (given) => {
        const once = policyOptions(applyPolicies(DEFAULT_POLICIES, given));
        expect(policyOptions(applyPolicies(DEFAULT_POLICIES, { ...once }))).toEqual(once);
      }),
    );
  });

  test('nothing at all leaves the very same policies, so that jobs share them', () => {
    expect(applyPolicies(DEFAULT_POLICIES, {})).toBe(DEFAULT_POLICIES);
    expect(applyPolicies(DEFAULT_POLICIES, { timeout: undefined })).toBe(DEFAULT_POLICIES);
    expect(Object.isFrozen(applyPolicies(DEFAULT_POLICIES, { timeout: 1 }))).toBe(true);
  });

  test('wrong values of any kind are refused by name', () => {
    const names = Object.keys(policyOptions(DEFAULT_POLICIES));
    const wrong = fc.constantFrom<unknown>(
      Number.NaN,
      Number.POSITIVE_INFINITY,
      'text',
      {},
      [],
      -1e12,
      () => {},
      1.5e300,
      Symbol('s'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...names), wrong, (name, value) => {
        try {
          const policies = applyPolicies(DEFAULT_POLICIES, { [name]: value }, { path: 'jobDefaults.' });
          // What is taken is a finite number of milliseconds or a boolean, and nothing else.
          expect(JSON.stringify(policies)).not.toMatch(/null.*NaN|Infinity/);
          expect(policies).toEqual(JSON.parse(JSON.stringify(policies)));
        } catch (error) {
          if (!(error instanceof InvalidOptionError)) throw error;
          expect(error.field.startsWith(`jobDefaults.${name}`)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

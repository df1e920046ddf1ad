// What the editor makes of a job, and what it sends.
import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/api/types.ts';
import { changesOf, draftOfJob, EMPTY_DRAFT, settingsOf } from '../../src/page/job/job-draft.ts';
import { draftOfTrigger, inForm, triggerOfDraft } from '../../src/page/job/trigger-fields.ts';

const job: Job = {
  ...{ id: 'report', jobStore: 'default', name: 'Report', task: 'report', taskKnown: true, executor: 'default' },
  ...{ tags: ['eu', 'daily'], state: 'active', note: null, nextRunTime: null, lastRunTime: null, revision: '1' },
  trigger: { kind: 'cron', options: { hour: '9', dayOfWeek: 'mon-fri', timezone: 'UTC', dst: { gap: 'skip' } } },
  ...{ triggerText: 'cron', explain: 'at 09:00', timezone: 'UTC', args: ['eu', { deep: [1] }], argsRedacted: false },
  policies: {
    ...{ coalesce: true, misfireGraceTime: null, maxInstances: 1, overlap: 'skip', timeout: 60, jitter: [-5, 5] },
    ...{ retry: { maxAttempts: 3, delay: 2, backoff: 3, maxDelay: 60 }, priority: 0, keepRuns: 100 },
    ...{ keepResult: false, killGrace: null, pauseOnFailure: 3, maxRuns: null, startDate: null },
    endDate: '2027-01-01T00:00:00.000Z',
  },
};
const draft = draftOfJob(job);

describe('a job that is edited', () => {
  it('sends nothing where nothing was changed', () => {
    expect(changesOf(draft, job)).toEqual({});
  });

  it('sends only what was changed', () => {
    const changed = {
      ...draft,
      tags: ' eu ,, weekly,eu',
      trigger: { ...draft.trigger, texts: { ...draft.trigger.texts, hour: '10' } },
      policies: { ...draft.policies, timeout: '', maxInstances: '4', jitter: '30' },
    };
    expect(changesOf(changed, job)).toEqual({
      tags: ['eu', 'weekly'],
      trigger: { kind: 'cron', options: { hour: '10', dayOfWeek: 'mon-fri', timezone: 'UTC', dst: { gap: 'skip' } } },
      policies: { timeout: null, maxInstances: 4, jitter: 30 },
    });
  });

  it('sends bounds, counts and what is kept; an empty field is none', () => {
    const policies = { ...draft.policies, keepResult: true, killGrace: '5', pauseOnFailure: '', maxRuns: '10' };
    const bounds = { startDate: ' 2026-12-01 09:00 ', endDate: '' };
    expect(changesOf({ ...draft, policies: { ...policies, ...bounds } }, job)).toEqual({
      policies: {
        ...{ keepResult: true, killGrace: 5, pauseOnFailure: null, maxRuns: 10 },
        ...{ startDate: '2026-12-01 09:00', endDate: null },
      },
    });
  });

  it('keeps of a retry policy what has no field', () => {
    const changed = { ...draft, policies: { ...draft.policies, maxAttempts: '5' } };
    expect(changesOf(changed, job).policies?.retry).toEqual({ maxAttempts: 5, delay: 2, backoff: 3, maxDelay: 60 });
    expect(changesOf({ ...draft, policies: { ...draft.policies, maxAttempts: '1' } }, job).policies).toEqual({
      retry: null,
    });
  });

  it.each([
    [{ args: '[1,' }, 'args'],
    [{ args: '{"no":"array"}' }, 'args'],
    [{ policies: { ...draft.policies, timeout: 'soon' } }, 'timeout'],
    [{ policies: { ...draft.policies, jitter: '-5, ' } }, 'jitter'],
    [{ trigger: { ...draft.trigger, form: 'json' as const, json: '{' } }, 'trigger'],
  ])('names the field of what cannot be understood: %j', (change, field) => {
    expect(() => changesOf({ ...draft, ...change }, job)).toThrow(
      expect.objectContaining({ name: 'DraftError', field }),
    );
  });
});

describe('a new job', () => {
  it('says what differs from the defaults', () => {
    const policies = { ...EMPTY_DRAFT.policies, keepRuns: '10' };
    expect(settingsOf({ ...EMPTY_DRAFT, name: 'N', tags: 'a', args: '[1]', policies })).toEqual({
      trigger: { kind: 'cron', options: { crontab: '0 9 * * mon-fri' } },
      ...{ args: [1], tags: ['a'], name: 'N', policies: { keepRuns: 10 } },
    });
  });
});

describe('a trigger', () => {
  it.each([
    { kind: 'cron', options: { crontab: '0 9 * * *', timezone: 'UTC' } },
    { kind: 'interval', options: { minutes: 5, startDate: '2026-01-01T00:00:00.000Z' } },
    { kind: 'calendarinterval', options: { months: 1, hour: 8 } },
    { kind: 'date', options: { runDate: '2026-12-24T18:00:00.000Z' } },
    { kind: 'date', options: { runDate: ['2026-12-24T18:00:00.000Z', '2026-12-25T18:00:00.000Z'] } },
    { kind: 'and', options: { triggers: [{ kind: 'cron', options: { hour: 9 } }] } },
    { kind: 'constructor', options: {} },
  ])('comes out of its fields as it went in: %j', (trigger) => {
    // What was a number stays one; the fields of a cron trigger are texts.
    expect(triggerOfDraft(draftOfTrigger(trigger))).toEqual(trigger);
  });

  it('takes along what another form has fields for', () => {
    const crontab = draftOfTrigger({ kind: 'cron', options: { crontab: '0 9 * * *', timezone: 'Asia/Tokyo' } });
    expect(triggerOfDraft(inForm(crontab, 'interval'))).toEqual({
      kind: 'interval',
      options: { timezone: 'Asia/Tokyo' },
    });
    expect(triggerOfDraft(inForm(crontab, 'json'))).toEqual(triggerOfDraft(crontab));
  });
});

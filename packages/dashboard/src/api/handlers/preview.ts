// What a trigger does: in words, and its next fires with the changes of the clock between them.
import { type Trigger, triggerFromJson } from '@sched/core';
import { Type } from '@sinclair/typebox';
import { inWords, zoneIn } from '../json/job-json.ts';
import { clockChanges, localTime } from '../json/local-time.ts';
import { IN_STORE, LOCALE } from '../queries.ts';
import { type Context, type Route, route } from '../route.ts';
import { PreviewRequestSchema, PreviewSchema } from '../schemas/job.ts';
import type { Fire, Preview, TriggerData } from '../types.ts';
import { jobOf } from '../with-job.ts';

/** How long fires are looked for. */
const BUDGET_MS = 100;
const FIRES = 10;

const fireTimes = route({
  ...{ method: 'GET', path: '/jobs/:id/fire-times', action: 'read', resource: 'job', body: Type.Null() },
  summary: 'The next fires of a job',
  query: Type.Object({
    ...IN_STORE,
    ...LOCALE,
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'How many. Default: 10.' })),
    from: Type.Optional(Type.String({ description: 'The instant after which they lie. Default: now.' })),
  }),
  answers: { 200: PreviewSchema },
  async handler(context, call) {
    const job = await jobOf(context, call);
    return { status: 200, body: preview(context, job.trigger, { ...call.query, locales: call.locales }) };
  },
});

const ofTrigger = route({
  ...{ method: 'POST', path: '/preview', action: 'read', resource: 'jobs', query: Type.Object(LOCALE) },
  summary: 'The next fires of a trigger that is not saved',
  body: PreviewRequestSchema,
  answers: { 200: PreviewSchema },
  handler(context, { body: { trigger, ...which }, locales }) {
    return { status: 200, body: preview(context, triggerFromJson(trigger), { ...which, locales }) };
  },
});

export const PREVIEW_ROUTES: readonly Route[] = [fireTimes, ofTrigger];

interface Which {
  readonly count?: number;
  readonly from?: string;
  readonly locales: readonly string[];
}

function preview({ scheduler, clock }: Context, given: Trigger, { count = FIRES, from, locales }: Which): Preview {
  const zone = scheduler.configuration.timezone;
  const trigger = given.resolve({ timezone: zone, now: clock.now() });
  const data = trigger.toJSON() as TriggerData;
  const timezone = zoneIn(data) ?? zone;
  // Read by the trigger itself, in whose zone a time without offset is meant.
  const after = from === undefined ? clock.now() : from;
  const endAt = clock.monotonic() + BUDGET_MS;
  const times: number[] = [];
  let isComplete = true;
  for (let at = trigger.next(after); at !== null; at = trigger.next(at)) {
    times.push(at);
    if (times.length === count) break;
    isComplete = clock.monotonic() < endAt;
    if (!isComplete) break;
  }
  const begin = typeof after === 'string' ? Date.parse(after) : after;
  return {
    ...{ trigger: data, triggerText: trigger.toString(), explain: inWords(trigger, locales), timezone, isComplete },
    fires: firesOf(times, Number.isNaN(begin) ? clock.now() : begin, timezone),
  };
}

function firesOf(times: readonly number[], begin: number, timezone: string): Fire[] {
  return times.map((at, index) => ({
    at: new Date(at).toISOString(),
    local: localTime(at, timezone),
    clockChange: clockChanges(times[index - 1] ?? begin, at, timezone),
  }));
}

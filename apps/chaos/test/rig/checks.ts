// The promises, checked on what is in the store and on what the processes noted.
import type { RunRecord } from '@sched/core';
import type { Body, Claimed, Entry, Finish } from '../../src/journal.ts';
import { dueCount, type PlannedJob } from './plan.ts';

/** All that is known when it is over. */
export interface Evidence {
  readonly plan: readonly PlannedJob[];
  readonly runs: readonly RunRecord[];
  readonly entries: readonly Entry[];
  /** Jobs that were seen above their limit while the processes worked. */
  readonly excesses: readonly string[];
  /** After how many milliseconds without faults all work was done; null if it never was. */
  readonly quietAfterMs: number | null;
}

/** What is wrong, by promise. */
export type Faults = Readonly<Record<Promised, readonly string[]>>;

/** The promises by name. */
export type Promised = keyof typeof CHECKS;

const CHECKS = {
  /** No due time is recorded twice: as a run, or as one of those that a run stands for. */
  onceRecorded: (evidence: Evidence) => evidence.plan.flatMap((job) => accountOf(job, evidence.runs).twice),
  /** Every due time is a run, or one of those that a run stands for. */
  noneLost: (evidence: Evidence) => evidence.plan.flatMap((job) => accountOf(job, evidence.runs).lost),
  newestAccepted,
  limitKept: (evidence: Evidence) => [...evidence.excesses, ...overlapsOf(evidence)],
  comesToRest,
  repeatedUnderNewToken,
};

/** Checks every promise. */
export function faultsOf(evidence: Evidence): Faults {
  return {
    onceRecorded: CHECKS.onceRecorded(evidence),
    noneLost: CHECKS.noneLost(evidence),
    newestAccepted: CHECKS.newestAccepted(evidence),
    limitKept: CHECKS.limitKept(evidence),
    comesToRest: CHECKS.comesToRest(evidence),
    repeatedUnderNewToken: CHECKS.repeatedUnderNewToken(evidence),
  };
}

/** Due times of the job's grid that its runs account for more than once, or not at all. */
function accountOf(job: PlannedJob, all: readonly RunRecord[]): { twice: string[]; lost: string[] } {
  const twice: string[] = [];
  const lost: string[] = [];
  const runs = all.filter((run) => run.jobId === job.id).sort((a, b) => a.fireAt - b.fireAt);
  const due = dueCount(job);
  const time = (index: number) => `${job.id} at ${job.startAt + index * job.everyMs}`;
  let next = 0;
  for (const { id, fireAt, coalesced } of runs) {
    const index = (fireAt - job.startAt) / job.everyMs;
    if (!Number.isInteger(index) || index >= due || index - coalesced < 0) twice.push(`${id} is no due time`);
    for (let at = index - coalesced; at < Math.min(next, index + 1); at++) twice.push(`${time(at)}, also by ${id}`);
    for (let at = next; at < index - coalesced; at++) lost.push(time(at));
    next = Math.max(next, index + 1);
  }
  for (let at = next; at < due; at++) lost.push(time(at));
  return { twice, lost };
}

/** At most one end of a run is accepted, from the holder of the newest token, and a body stands behind it. */
function newestAccepted({ runs, entries }: Evidence): string[] {
  const accepted = new Map<string, Set<number>>();
  for (const { run, token, state } of finishesIn(entries)) {
    if (state !== null && state !== 'queued' && state !== 'unknown')
      accepted.set(run, (accepted.get(run) ?? new Set()).add(token));
  }
  const ends = new Set(bodiesIn(entries, 'ends').map(({ run, token }) => `${run} ${token}`));
  return runs.flatMap(({ id, token, state }) => {
    const faults: string[] = [];
    const tokens = [...(accepted.get(id) ?? [])];
    if (tokens.length > 1) faults.push(`${id}: ends with the tokens ${tokens.join(', ')} were all accepted`);
    for (const old of tokens.filter((one) => one !== token))
      faults.push(`${id}: ${old} was accepted, ${token} is newest`);
    if (state === 'succeeded' && !ends.has(`${id} ${token}`))
      faults.push(`${id}: no body with token ${token} has ended`);
    return faults;
  });
}

/** Runs of a job that were certainly running at the same time: from the answer to a claim to the report of its end, where that was accepted. */
function overlapsOf({ plan, entries }: Evidence): string[] {
  const reported = reportTimes(entries);
  const spans = claimsIn(entries).flatMap(({ job, run, token, answered: from }) => {
    const until = reported.get(`${run} ${token}`);
    return until === undefined ? [] : [{ job, run, from, until }];
  });
  return plan.flatMap(({ id, maxInstances }) => {
    const own = spans.filter(({ job }) => job === id);
    const most = Math.max(0, ...own.map(({ from }) => runningAt(from, own)));
    return most > maxInstances ? [`${id}: ${most} > ${maxInstances} at once, each of them accepted`] : [];
  });
}

/** When the end of each claim was first reported; only of claims whose end was accepted in the end. */
function reportTimes(entries: readonly Entry[]): Map<string, number> {
  const first = new Map<string, number>();
  const accepted = new Set<string>();
  for (const { run, token, state, sent } of finishesIn(entries)) {
    const claim = `${run} ${token}`;
    // Without an answer it may have been accepted there and then.
    if (state !== null) first.set(claim, Math.min(sent, first.get(claim) ?? sent));
    if (state !== null && state !== 'unknown') accepted.add(claim);
  }
  return new Map([...first].filter(([claim]) => accepted.has(claim)));
}

function runningAt(
  at: number,
  spans: readonly { readonly run: string; readonly from: number; readonly until: number }[],
) {
  return new Set(spans.filter(({ from, until }) => from <= at && at < until).map(({ run }) => run)).size;
}

function comesToRest({ runs, quietAfterMs }: Evidence): string[] {
  if (quietAfterMs !== null) return [];
  const open = runs.filter((run) => run.state === 'queued' || run.state === 'running');
  return ['work is left', ...open.map((run) => `${run.id} is ${run.state}, attempt ${run.attempt}`)];
}

/** A body begins again only for a later claim, and with the same key. */
function repeatedUnderNewToken({ entries }: Evidence): string[] {
  const bodies = new Map<string, Body[]>();
  for (const body of bodiesIn(entries, 'begins')) bodies.set(body.run, [...(bodies.get(body.run) ?? []), body]);
  return [...bodies].flatMap(([run, begun]) => {
    const inOrder = begun.sort((a, b) => a.token - b.token);
    return inOrder.flatMap((body, index) => {
      const before = inOrder[index - 1];
      if (body.key !== run) return [`${run}: a body was given the key ${body.key}`];
      if (before === undefined || (before.token < body.token && before.attempt < body.attempt)) return [];
      return [
        `${run}: attempt ${body.attempt} began with token ${body.token} after ${before.attempt} with ${before.token}`,
      ];
    });
  });
}

export function claimsIn(entries: readonly Entry[]): Claimed[] {
  return entries.filter((entry) => entry.what === 'claimed');
}

export function finishesIn(entries: readonly Entry[]): Finish[] {
  return entries.filter((entry) => entry.what === 'finish');
}

export function bodiesIn(entries: readonly Entry[], what: Body['what']): Body[] {
  return entries.filter((entry): entry is Body => entry.what === what);
}

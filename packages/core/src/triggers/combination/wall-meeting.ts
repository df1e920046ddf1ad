// Wall-clock triggers of one zone that have to agree, as one: what their patterns have in common.
import type { Zone } from '../../time/zone.ts';
import { isSamePolicy, PLAIN } from '../dst.ts';
import { both, EVERY_SECOND, timesOf, type WallPattern, type WallRule } from '../patterns/wall-pattern.ts';
import type { Trigger } from '../trigger.ts';
import { nextInstant, previousInstant, type WallSchedule } from '../wall-times.ts';
import { type Direction, type FirePart, fullBudget, meet } from './meeting.ts';
import { EVERY_KIND_OF_CHANGE, nextWindow, previousWindow } from './offset-windows.ts';

/** A wall-clock trigger with its rule. */
export interface WallMember {
  readonly trigger: Trigger;
  readonly rule: WallRule;
}

/**
 * The instants at which all of some wall-clock triggers of one zone fire. Where no offset has changed just before, these
 * are the times of the pattern they have in common; elsewhere a time that is skipped may fire together with another one,
 * so there the triggers themselves are asked.
 */
export class WallMeeting implements FirePart {
  /** What the patterns have in common; null if that is nothing. */
  readonly pattern: WallPattern | null;
  private readonly zone: Zone;
  private readonly triggers: readonly Trigger[];
  private readonly schedule: WallSchedule;
  /** Whether the pattern says all, also around changes of offset: no time fires later than it is. */
  private readonly isComplete: boolean;
  private readonly first: number;
  private readonly last: number;

  constructor(zone: Zone, members: readonly WallMember[]) {
    const rules = members.map(({ rule }) => rule);
    this.zone = zone;
    this.triggers = members.map(({ trigger }) => trigger);
    this.first = Math.max(...rules.map(({ first }) => first));
    this.last = Math.min(...rules.map(({ last }) => last));
    this.pattern = rules.reduce<WallPattern | null>(
      (common, { pattern }) => common && both(common, pattern),
      EVERY_SECOND,
    );
    const times = timesOf(this.pattern === null ? [] : [this.pattern]);
    const dst = rules[0]?.dst ?? PLAIN;
    this.isComplete = dst.gap === 'skip' && rules.every((rule) => isSamePolicy(rule.dst, dst));
    this.schedule = { times, zone: this.zone, dst: this.isComplete ? dst : PLAIN };
  }

  next(after: number): number | null {
    const from = Math.max(Math.floor(after / 1000) + 1, this.first);
    const plain = nextInstant(this.schedule, from);
    const limit = this.isComplete ? from : Math.min(plain, from + EVERY_KIND_OF_CHANGE);
    for (let window = nextWindow(this.zone, from, limit); window !== null; ) {
      const met = this.meetWithin(Math.max(window.start, from), Math.min(window.end - 1, this.last), 1);
      if (met !== null) return met;
      window = nextWindow(this.zone, window.end, limit);
    }
    return plain !== Infinity && plain <= this.last ? plain * 1000 : null;
  }

  previous(before: number): number | null {
    const from = Math.min(Math.floor(before / 1000), this.last);
    const plain = previousInstant(this.schedule, from);
    const limit = this.isComplete ? from + 1 : Math.max(plain, from - EVERY_KIND_OF_CHANGE);
    for (let window = previousWindow(this.zone, from, limit); window !== null; ) {
      const met = this.meetWithin(Math.min(window.end - 1, from), Math.max(window.start, this.first), -1);
      if (met !== null) return met;
      window = previousWindow(this.zone, window.start - 1, limit);
    }
    return plain !== -Infinity && plain >= this.first ? plain * 1000 : null;
  }

  /** What the triggers say themselves, between two seconds. */
  private meetWithin(from: number, upTo: number, direction: Direction): number | null {
    return meet(this.triggers, from * 1000, direction, { budget: fullBudget(), upTo: upTo * 1000 }) ?? null;
  }
}

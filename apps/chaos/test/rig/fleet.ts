// The processes that share the store: started, disturbed by signals, started again, and ended, each by its own id.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Entry } from '../../src/journal.ts';
import type { Settings } from '../../src/settings.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** After how long a process that was told to end is taken to hang, in milliseconds, however busy the machine is. */
const DRAIN_MS = 120_000;

/** What a process is told besides where it writes. */
export type Orders = Omit<Settings, 'journal'>;

/** Processes by their place; a place is filled again when its process is killed. */
export class Fleet implements AsyncDisposable {
  /** Where journals and outputs are; removed with the fleet unless something was wrong. */
  readonly directory = mkdtempSync(join(tmpdir(), 'sched-chaos-'));
  /** Processes that ended though nobody told them to. */
  readonly deaths: string[] = [];
  readonly #members: Member[] = [];
  #starts = 0;

  constructor() {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: build first, as \`npm test\` does`);
    process.once('exit', this.#killAll);
  }

  /** Starts one more process; answers its place. */
  add(orders: Orders): number {
    this.#members.push(this.#start(orders));
    return this.#members.length - 1;
  }

  /** SIGKILL; with `again`, another process takes the place at once. */
  async kill(place: number, again = true): Promise<void> {
    const member = this.#member(place);
    // Whoever killed it first fills the place again: two that did so would leave a process that nobody knows of.
    if (member.isDoomed) return await ended(member.child);
    member.isDoomed = true;
    member.child.kill('SIGKILL');
    await ended(member.child);
    if (again) this.#members[place] = this.#start(member.orders);
  }

  /** Stops the process for so long; one that is killed meanwhile is not woken. */
  async stall(place: number, ms: number): Promise<void> {
    const { child } = this.#member(place);
    child.kill('SIGSTOP');
    await sleep(ms);
    child.kill('SIGCONT');
  }

  /** Tells a process that waits to begin. */
  begin(place: number): void {
    this.#member(place).child.kill('SIGUSR2');
  }

  /** Wakes a process that stopped itself. */
  wake(place: number): void {
    this.#member(place).child.kill('SIGCONT');
  }

  /** Tells the process to end; answers its exit code, or the signal that it took. */
  async drain(place: number): Promise<number | NodeJS.Signals> {
    const { child, isDoomed } = this.#member(place);
    if (isDoomed) return 0;
    this.#member(place).isDoomed = true;
    child.kill('SIGTERM');
    const giveUp = setTimeout(() => child.kill('SIGKILL'), DRAIN_MS);
    await ended(child);
    clearTimeout(giveUp);
    return child.exitCode ?? child.signalCode ?? -1;
  }

  /** Tells all processes to end; answers how each of them did. */
  drainAll(): Promise<(number | NodeJS.Signals)[]> {
    return Promise.all(this.#members.map((_, place) => this.drain(place)));
  }

  /** Whether the process in this place is dead. */
  isDead(place: number): boolean {
    const { child } = this.#member(place);
    return child.exitCode !== null || child.signalCode !== null;
  }

  /** All that all processes have noted so far, those that are dead included. */
  entries(): Entry[] {
    const files = readdirSync(this.directory).filter((name) => name.endsWith('.jsonl'));
    return files.flatMap((name) => entriesOf(readFileSync(join(this.directory, name), 'utf8')));
  }

  /** What processes said on standard error. */
  output(): string {
    return readFileSync(this.#outputFile, 'utf8');
  }

  /** Keeps the files for whoever looks into a failure; answers where. */
  keep(more: Readonly<Record<string, unknown>>): string {
    for (const [name, value] of Object.entries(more))
      appendFileSync(join(this.directory, `${name}.json`), JSON.stringify(value, null, 1));
    this.#isKept = true;
    return this.directory;
  }
  #isKept = false;

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#killAll);
    this.#killAll();
    await Promise.all(this.#members.map(({ child }) => ended(child)));
    if (!this.#isKept) rmSync(this.directory, { recursive: true, force: true });
  }

  readonly #killAll = () => {
    for (const member of this.#members) {
      member.isDoomed = true;
      member.child.kill('SIGKILL');
    }
  };

  get #outputFile(): string {
    return join(this.directory, 'output.txt');
  }

  #member(place: number): Member {
    const member = this.#members[place];
    if (member === undefined) throw new Error(`there is no place ${place}`);
    return member;
  }

  #start(orders: Orders): Member {
    const journal = join(this.directory, `${++this.#starts}.jsonl`);
    const settings: Settings = { ...orders, journal };
    const output = openSync(this.#outputFile, 'a');
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(settings)], { stdio: ['pipe', output, output] });
    const member: Member = { child, orders, isDoomed: false };
    child.once('exit', (code, signal) => {
      if (!member.isDoomed) this.deaths.push(`a process ended with ${signal ?? code}`);
    });
    return member;
  }
}

interface Member {
  readonly child: ChildProcess;
  readonly orders: Orders;
  /** It was told to end. */
  isDoomed: boolean;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** The lines of a journal; the last one may have been cut off by death. */
function entriesOf(text: string): Entry[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}

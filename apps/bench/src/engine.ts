// `pnpm bench:engine`: jobs that are all due at once, from the instant they are due to the last start, beside the peers and
// beside what one would write by hand. Each contender runs in fresh processes of its own, one after the other.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Figures, measureBurst, type Scenario } from './engine/burst.ts';
import { CONTENDERS } from './engine/contenders.ts';
import { median, table } from './harness.ts';

/** What all ratios are against. */
const REFERENCE = 'bare setTimeout a job';
/** How long before they are due jobs begin to be added, in milliseconds; the next where the one before was not enough. */
const LEADS_MS = [2000, 8000, 30_000, 180_000];
/** Processes for each contender; one alone for who is slower than this, in milliseconds. */
const ROUNDS = 3;
const SLOW_MS = 5000;

const SCENARIOS: readonly { readonly title: string; readonly scenario: Scenario; readonly count: number }[] = [
  { title: '10,000 one-shot jobs due at the same instant', scenario: 'once', count: 10_000 },
  { title: '100,000 one-shot jobs due at the same instant', scenario: 'once', count: 100_000 },
  { title: '5,000 recurring jobs due in the same second, twice', scenario: 'recurring', count: 5000 },
];

/** The figures of one fresh process, or why it came to none. */
function measureOnce(name: string, scenario: Scenario, count: number): Figures | string {
  for (const leadMs of LEADS_MS) {
    const args = ['--no-warnings', fileURLToPath(import.meta.url), 'measure', name, scenario, count, leadMs].map(
      String,
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    // A peer that fails at so many jobs is a result, too, and ends nobody else's.
    if (status !== 0) return `its process ended: ${/heap out of memory|\w*Error: .*/.exec(stderr)?.[0] ?? status}`;
    const figures = JSON.parse(stdout) as Figures | null;
    if (figures !== null) return figures;
  }
  return 'did not get its jobs added';
}

/** The process with the middle time to the last start, or why there is none. */
function measureSome(name: string, scenario: Scenario, count: number): Figures | string {
  const measured: Figures[] = [];
  while (measured.length < ROUNDS) {
    const figures = measureOnce(name, scenario, count);
    if (typeof figures === 'string') return figures;
    measured.push(figures);
    if (figures.lastStartMs > SLOW_MS) break;
  }
  const middle = median(measured.map(({ lastStartMs }) => lastStartMs));
  return measured.find(({ lastStartMs }) => lastStartMs === middle) ?? 'came to no figures';
}

function compare(wanted: string): void {
  const names = Object.keys(CONTENDERS).filter((name) => name === REFERENCE || name.includes(wanted));
  for (const { title, scenario, count } of SCENARIOS) {
    const results = new Map(names.map((name) => [name, measureSome(name, scenario, count)]));
    const rateOf = (figures: Figures) => count / figures.lastStartMs;
    const known = results.get(REFERENCE);
    const reference = typeof known === 'string' ? undefined : known;
    const rows = [...results].map(([name, figures]) => {
      if (typeof figures === 'string') return [name, figures];
      const isWhole = figures.started === figures.due;
      // Of several rounds, the rate is that of the slowest.
      const rate = isWhole ? rateOf(figures) * 1000 : figures.started / (figures.lastStartMs / 1000);
      const ratio = reference ? rate / (rateOf(reference) * 1000) : Number.NaN;
      return [
        name,
        ...(isWhole ? [`${figures.lastStartMs.toFixed(1)} ms`] : [`${figures.started} of ${figures.due}`]),
        Math.round(rate).toLocaleString('en'),
        ratio >= 0.1 ? `${ratio.toFixed(2)} ×` : `${ratio.toPrecision(1)} ×`,
        ...[figures.lateP50Ms, figures.lateP99Ms].map((late) => `${late.toFixed(1)} ms`),
        `${figures.cpuUs.toFixed(2)} µs`,
        `${figures.longestBlockMs.toFixed(0)} ms`,
      ];
    });
    const headings = ['', 'to last start', 'jobs/s', 'beside timers', 'late p50', 'p99', 'CPU a job', 'longest block'];
    console.log(`\n${title}\n\n${table(headings, rows)}`);
  }
  console.log(`
Each figure is of the middle one of ${ROUNDS} fresh processes. "to last start" begins at the instant the jobs are due. A bare timer or
heap keeps nothing: @sched has by then recorded every run in its job store, started it under a lease, and written down how it ended.`);
}

const [, , mode, name = '', scenario, count, leadMs] = process.argv;
const contender = CONTENDERS[name];
if (mode !== 'measure' || contender === undefined) compare(mode ?? '');
else {
  console.log(JSON.stringify(await measureBurst(contender, scenario as Scenario, Number(count), Number(leadMs))));
  process.exit(0);
}

// `npm run bench:stores`: what each job store can do beside the limit of its server through the same driver and beside the peer
// a user would take there. `--quick` for a first look; `--only redis,postgres` for some of them.
import { table } from './harness.ts';
import { type Backend, backends } from './stores/backends.ts';
import { claimCosts } from './stores/claim-cost.ts';
import { addingRates, fireRate, startLags } from './stores/ours.ts';
import { PEERS, type PeerFigures } from './stores/peers.ts';
import { RAW } from './stores/raw.ts';

const isQuick = process.argv.includes('--quick');
const only = process.argv[process.argv.indexOf('--only') + 1]?.split(',') ?? [];
const FIRES = isQuick ? 5000 : 30_000;
const BULK = isQuick ? 5000 : 20_000;
const LAG_SECONDS = isQuick ? 5 : 20;
const SIZES = isQuick ? [1000, 10_000] : [1000, 100_000, 1_000_000];
const RAW_BATCHES = [100, 1000];

const measured = backends().filter(({ name }) => !process.argv.includes('--only') || only.includes(name.toLowerCase()));
console.log(`Stores: ${measured.map(({ name }) => name).join(', ')}; ${FIRES.toLocaleString('en')} fires each\n`);

const rows: string[][] = [];
const peerRows: string[][] = [];
for (const backend of measured) {
  console.log(`… ${backend.name}`);
  rows.push(await rowOf(backend));
  for (const peer of PEERS[backend.name] ?? []) peerRows.push(peerRow(backend, await peer(backend, FIRES)));
}
console.log(
  table(
    [
      ...['store', 'add/s, single', 'add/s, bulk', 'fires/s, 1 process', 'fires/s, 4'],
      ...['lag p50', 'lag p99', ...RAW_BATCHES.map((batch) => `raw/s, by ${batch}`), 'ours : raw'],
    ],
    rows,
  ),
);
if (peerRows.length > 0) console.log(`\n${table(['peer', 'on', 'jobs/s', 'lag p50', 'lag p99'], peerRows)}`);

console.log(`\nOne claim and commit of 100 due jobs, beside so many that are not due (median)\n`);
const costs: string[][] = [];
for (const backend of measured)
  costs.push([backend.name, ...(await claimCosts(backend, SIZES)).map((ms) => `${ms.toFixed(1)} ms`)]);
console.log(table(['store', ...SIZES.map((size) => size.toLocaleString('en'))], costs));
process.exit(0);

async function rowOf(backend: Backend): Promise<string[]> {
  const { single, bulk } = await addingRates(backend.fresh(), backend.fresh(), BULK);
  const one = await fireRate(backend.fresh(), FIRES, 1);
  const four = await fireRate(backend.fresh(), FIRES, 4);
  const lags = await startLags(backend.fresh(), LAG_SECONDS);
  const raw: number[] = [];
  const limit = RAW[backend.name];
  if (limit !== undefined) for (const batch of RAW_BATCHES) raw.push(await limit(backend, FIRES, batch));
  const share = raw.length === 0 ? '–' : `${((100 * one) / Math.max(...raw)).toFixed(0)} %`;
  return [
    ...[backend.name, count(single), count(bulk), count(one), count(four), ...percentiles(lags)],
    ...RAW_BATCHES.map((_, index) => count(raw[index] ?? null)),
    share,
  ];
}

function peerRow(backend: Backend, { name, rate, lags }: PeerFigures): string[] {
  return [name, backend.name, count(rate), ...percentiles(lags)];
}

function count(value: number | null): string {
  return value === null ? '–' : Math.round(value).toLocaleString('en');
}

function percentiles(sorted: readonly number[]): string[] {
  return [0.5, 0.99].map((share) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return value === undefined ? '–' : `${value} ms`;
  });
}

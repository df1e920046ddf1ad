// What a job is made of.
import type { Job, Policies } from '../../api/types.ts';
import { durationText } from '../format/duration.ts';
import { When } from '../parts/when.tsx';

export function JobFacts({ job }: { readonly job: Job }) {
  return (
    <div class="stack">
      <section class="card" aria-labelledby="facts">
        <header>
          <h2 id="facts">What it runs</h2>
        </header>
        <dl class="facts card-body">
          <Fact name="Task" value={job.task} />
          <dt>Next run</dt>
          <dd>
            <When at={job.nextRunTime} zone={job.timezone} show="full" />
          </dd>
          <dt>Last fire time</dt>
          <dd>
            <When at={job.lastRunTime} zone={job.timezone} show="full" />
          </dd>
          <Fact name="Executor" value={job.executor} />
          <Fact name="Job store" value={job.jobStore} />
        </dl>
        <Arguments job={job} />
      </section>
      <section class="card" aria-labelledby="policies">
        <header>
          <h2 id="policies">Policies</h2>
        </header>
        <dl class="facts card-body">
          {policyTexts(job.policies).map(([name, value]) => (
            <Fact key={name} name={name} value={value} />
          ))}
        </dl>
      </section>
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Arguments({ job }: { readonly job: Job }) {
  return (
    <div class="card-body is-tight">
      <h3>Arguments{job.argsRedacted && <span class="muted small"> (partly hidden from you)</span>}</h3>
      {job.args.length === 0 ? (
        <p class="muted">None</p>
      ) : (
        <pre class="code" tabIndex={0}>
          {JSON.stringify(job.args, null, 2)}
        </pre>
      )}
    </div>
  );
}

/** Policies that have a line of their own. */
const TOLD = new Set([
  ...['coalesce', 'misfireGraceTime', 'maxInstances', 'overlap', 'timeout'],
  ...['retry', 'jitter', 'priority', 'keepRuns'],
]);

/** Whatever else the scheduler has policies for, where it is set. */
function otherPolicies(policies: Policies): [name: string, value: string][] {
  const others: [string, unknown][] = Object.entries(policies);
  return others
    .filter(([name, value]) => !TOLD.has(name) && value !== null && value !== false)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}

const OVERLAPS = { skip: 'skips the new one', queue: 'lets the new one wait', replace: 'ends the oldest' } as const;

function policyTexts(policies: Policies): [name: string, value: string][] {
  const { coalesce, misfireGraceTime, maxInstances, overlap, timeout, retry, jitter, priority, keepRuns } = policies;
  return [
    ['At once', `${maxInstances} at most, then it ${OVERLAPS[overlap]}`],
    ['After a gap', coalesce ? 'only the latest missed time runs' : 'every missed time runs'],
    ['Grace time', misfireGraceTime === null ? 'however late' : `missed when ${seconds(misfireGraceTime)} late`],
    ['Timeout', timeout === null ? 'none' : seconds(timeout)],
    ['Retry', retryText(retry)],
    ['Jitter', jitter === null ? 'none' : [jitter].flat().map(seconds).join(' to ')],
    ['Priority', String(priority)],
    ['History', `${keepRuns} runs are kept`],
    ...otherPolicies(policies),
  ];
}

function retryText(retry: Policies['retry']): string {
  if (retry === null || retry.maxAttempts === 1) return 'not at all';
  const { maxAttempts, delay, backoff } = retry;
  const wait = delay === undefined ? '' : `, first after ${seconds(delay)}`;
  return `up to ${maxAttempts} attempts${wait}${backoff === undefined || backoff === 1 ? '' : `, each wait × ${backoff}`}`;
}

function seconds(value: number): string {
  return durationText(value * 1000);
}

// The jobs of the demo: what a small company runs.
import type { JobInput, Scheduler } from '@sched/core';

const BERLIN = 'Europe/Berlin';

const JOBS: readonly JobInput[] = [
  job('stripe-sync', 'sync', ['stripe'], { trigger: 'cron', minute: '*/5', timezone: BERLIN }, ['billing', 'sync']),
  job('crm-sync', 'sync', ['crm'], { trigger: 'cron', minute: '*/10', timezone: BERLIN }, ['sync']),
  job('exchange-rates', 'sync', ['ecb'], { trigger: 'cron', minute: 0, timezone: BERLIN }, ['finance']),
  job('video-transcoding', 'transcode', [], { trigger: 'interval', seconds: 30 }, ['media']),
  job(
    'revenue-report',
    'report',
    ['revenue'],
    { trigger: 'cron', dayOfWeek: 'mon-fri', hour: '7-19', minute: 30, timezone: BERLIN },
    ['reports', 'finance'],
  ),
  job('invoices', 'report', ['invoices'], { trigger: 'cron', day: 'last', hour: 6, timezone: BERLIN }, ['billing']),
  job('database-backup', 'backup', ['orders'], { trigger: 'cron', hour: '2,14', minute: 30, timezone: BERLIN }, [
    'ops',
  ]),
  job('website-probe', 'probe', ['www.northwind.example'], { trigger: 'interval', seconds: 60 }, ['ops']),
  job('checkout-probe', 'probe', ['pay.northwind.example'], { trigger: 'interval', seconds: 90 }, ['ops']),
  job('session-cleanup', 'housekeeping', [], { trigger: 'cron', minute: '*/15', timezone: BERLIN }, ['ops']),
  job('search-index', 'housekeeping', [], { trigger: 'cron', minute: '*/30', timezone: BERLIN }, ['search']),
  job('cart-reminders', 'mail', ['carts'], { trigger: 'cron', hour: '9-20', minute: 0, timezone: BERLIN }, ['mail']),
  job('newsletter', 'mail', ['subscribers'], { trigger: 'cron', dayOfWeek: 'tue', hour: 10, timezone: BERLIN }, [
    'mail',
  ]),
  job('data-retention', 'housekeeping', [], { trigger: 'calendarinterval', weeks: 1, hour: 4, timezone: BERLIN }, [
    'compliance',
  ]),
  job('legacy-export', 'report', ['export'], { trigger: 'cron', hour: '*/4', timezone: BERLIN }, ['finance']),
];

/** Adds them; one waits for somebody. */
export async function addJobs(scheduler: Scheduler): Promise<void> {
  await scheduler.addJobs(JOBS);
  await scheduler.modifyJob('stripe-sync', { retry: { maxAttempts: 3, delay: 10 }, misfireGraceTime: 120 });
  await scheduler.modifyJob('website-probe', { misfireGraceTime: 30, coalesce: false });
  await scheduler.modifyJob('video-transcoding', { timeout: 55 });
  await scheduler.modifyJob('database-backup', { keepResult: true });
  await scheduler.pauseJob('legacy-export', { reason: 'Until the bank has the new export format' });
}

/** Id, task, arguments, trigger, tags. */
type Row = readonly [id: string, task: string, args: readonly unknown[], trigger: object, tags: readonly string[]];

function job(...[id, task, args, trigger, tags]: Row): JobInput {
  return { id, task, args, tags, ...trigger } as JobInput;
}

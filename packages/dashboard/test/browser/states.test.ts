// What the page says when there is nothing yet, when nothing may be changed, and when the scheduler is gone.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openPage, startBrowser } from './chromium.ts';
import { startSite } from './site.ts';

const path = await chromiumPath();

describe.skipIf(path === '')('the page, in Chromium', { timeout: 180_000 }, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await startBrowser(path);
  }, 180_000);
  afterAll(() => browser?.close());

  it('says how to add a job where there is none, and adds one', async () => {
    await using site = await startSite({ jobs: 0, isEmpty: true });
    const { page } = await openPage(browser, site.url);
    await page.getByText('No jobs yet').waitFor();
    await page.goto(`${site.url}#/jobs`);
    await page.getByText('scheduler.addJob(report').waitFor();
    await page.getByRole('button', { name: 'New job' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Id').fill('first');
    await dialog.getByLabel('Task', { exact: true }).selectOption('wait');
    await dialog.getByLabel('Trigger', { exact: true }).selectOption('interval');
    await dialog.getByLabel('Hours').fill('2');
    await dialog.getByLabel('Preview').getByText('every 2 hours').waitFor();
    await dialog.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('heading', { level: 1, name: 'first' }).waitFor();
    expect((await site.scheduler.getJob('first'))?.trigger.toJSON()).toMatchObject({
      kind: 'interval',
      options: { hours: 2 },
    });
    await page.context().close();
  });

  it('hides what may not be done', async () => {
    await using site = await startSite({ jobs: 3, readOnly: true });
    const { page } = await openPage(browser, `${site.url}#/jobs/job-00001`);
    await page.getByText('read only').waitFor();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    for (const name of ['Run now', 'Pause', 'Edit', 'Backfill', 'Remove']) {
      expect([name, await page.getByRole('button', { name }).count()]).toEqual([name, 0]);
    }
    await page.context().close();
  });

  it('says when somebody else changed a job meanwhile', async () => {
    await using site = await startSite({ jobs: 3 });
    const { page } = await openPage(browser, `${site.url}#/jobs/job-00001`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await site.scheduler.modifyJob('job-00001', { name: 'Changed elsewhere' });
    await page.getByLabel('Name').fill('Changed here');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else changed it meanwhile').first().waitFor();
    expect((await site.scheduler.getJob('job-00001'))?.name).toBe('Changed elsewhere');
    await page.context().close();
  });

  it('goes on by itself when the scheduler was gone for a while', async () => {
    await using site = await startSite({ jobs: 3 });
    const { page } = await openPage(browser, `${site.url}#/jobs/job-00001`);
    await page.getByText('Live', { exact: true }).waitFor();
    await site.interrupt();
    await page.getByText('Not live').waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('The scheduler does not answer').first().waitFor();
    await site.goOn();
    await page.getByText('Live', { exact: true }).waitFor();
    await site.scheduler.runJob('job-00001');
    await page.getByRole('table').getByText('Running').waitFor();
    site.release();
    await page.getByRole('table').getByText('Succeeded').waitFor();
    await page.context().close();
  });

  it('shows times in the zone that is chosen', async () => {
    await using site = await startSite({ jobs: 3 });
    await site.scheduler.rescheduleJob('job-00001', 'cron', { hour: 9, minute: 0, second: 0, timezone: 'Asia/Tokyo' });
    const { page } = await openPage(browser, `${site.url}#/jobs/job-00001`);
    const first = page.locator('.fires time').first();
    await first.waitFor();
    const zone = page.getByLabel('Times are shown in');
    const shown = async (choice: string) => {
      await zone.selectOption(choice);
      return await first.textContent();
    };
    expect(await shown('job')).toContain('09:00:00');
    expect(await shown('utc')).toContain('00:00:00');
    expect(await shown('viewer')).toMatch(/0[12]:00:00/);
    await page.context().close();
  });
});

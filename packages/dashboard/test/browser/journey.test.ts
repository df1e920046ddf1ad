// The way of somebody who looks after jobs: finds one among ten thousand, changes it, runs it, and sees what went wrong.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openPage, startBrowser } from './chromium.ts';
import { type Site, startSite } from './site.ts';

const path = await chromiumPath();

describe.skipIf(path === '')('the page, in Chromium', { timeout: 180_000 }, () => {
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(path), startSite({ jobs: 10_000 })]);
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('finds a job among 10,000, edits it with a preview, pauses, resumes and runs it, live', async () => {
    const { page, complaints } = await openPage(browser, `${site.url}#/jobs`);
    await page.getByText('The first 100 jobs').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('job-07777');
    const link = page.getByRole('link', { name: 'job-07777', exact: true });
    await link.click();
    await page.getByRole('heading', { level: 1, name: 'job-07777' }).waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Trigger', { exact: true }).selectOption('crontab');
    await dialog.getByLabel('Crontab', { exact: true }).fill('61 2 * * *');
    await dialog.getByLabel('Preview').getByText('61').waitFor();
    await dialog.getByLabel('Crontab', { exact: true }).fill('30 2 * * *');
    await dialog.getByLabel('Time zone').fill('Europe/Berlin');
    await dialog.getByLabel('Preview').getByText('at 02:30').waitFor();
    expect(await dialog.getByLabel('Preview').getByRole('listitem').count()).toBe(8);
    await dialog.getByLabel('Tags').fill('eu, nightly');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByText('at 02:30 every day, Europe/Berlin').first().waitFor();
    const edited = await site.scheduler.getJob('job-07777');
    expect([edited?.trigger.toJSON().options, edited?.tags]).toMatchObject([
      { crontab: '30 2 * * *' },
      ['eu', 'nightly'],
    ]);

    await page.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByLabel('Reason').fill('Waiting for the bank');
    await dialog.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Paused: Waiting for the bank').waitFor();
    expect(await site.scheduler.getJob('job-07777')).toMatchObject({ state: 'paused', note: 'Waiting for the bank' });
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect((await site.scheduler.getJob('job-07777'))?.state).toBe('active');

    await page.getByText('It has not run yet').waitFor();
    await page.getByRole('button', { name: 'Run now' }).click();
    const history = page.getByRole('table');
    await history.getByText('Running').waitFor();
    site.release();
    await history.getByText('Succeeded').waitFor();
    // Browsers report the answer to the crontab that was wrong themselves.
    expect(complaints).toEqual([expect.stringContaining('status of 422')]);
    await page.context().close();
  });

  it('opens a failure: its error, its attempts, its log', async () => {
    const { page, complaints } = await openPage(browser, `${site.url}#/jobs/failing`);
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('table').getByText('Failed').waitFor();
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Error' }).waitFor();
    await page.getByText('Error: the bank does not answer').first().waitFor();
    await page
      .getByText(/at .*site\.ts/)
      .first()
      .waitFor();
    await page.getByText('asking the bank').first().waitFor();
    expect(await page.getByRole('heading', { name: 'Attempts' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows a run as it comes in: its progress and its log', async () => {
    const run = await site.scheduler.runJob('slow');
    const { page } = await openPage(browser, `${site.url}#/runs/${encodeURIComponent(run.id)}`);
    await page.getByText('first half').waitFor();
    await page.getByText('50 %').waitFor();
    site.release();
    await page.getByText('second half').waitFor();
    await page.getByText('Succeeded').first().waitFor();
    await page.context().close();
  });

  it('says what to do where there are too many jobs to order them by id', async () => {
    const { page } = await openPage(browser, `${site.url}#/jobs?sort=id`);
    await page.getByText('There are too many jobs to order them by id.').waitFor();
    await page.getByLabel('Search jobs by id or name').fill('job-0777');
    await page.getByRole('link', { name: 'job-07770', exact: true }).waitFor();
    await page.getByLabel('Search jobs by id or name').fill('');
    await page.getByRole('button', { name: 'Order by next run' }).click();
    await page.getByText('The first 100 jobs').waitFor();
    expect(await page.getByLabel('Order').inputValue()).toBe('nextRunTime');
    await page.context().close();
  });

  it('keeps few rows in the document, however far one scrolls', async () => {
    const { page } = await openPage(browser, `${site.url}#/jobs`);
    await page.getByText('The first 100 jobs').waitFor();
    const place = () => page.getByRole('row').last().getAttribute('aria-rowindex');
    const scrolled = async () => {
      await page.mouse.move(640, 450);
      await page.mouse.wheel(0, 10_000);
      return Number(await place());
    };
    await expect.poll(scrolled, { timeout: 120_000 }).toBeGreaterThan(350);
    expect(await page.getByRole('row').count()).toBeLessThan(80);
    await page.context().close();
  });
});

// What must never happen: texts that become markup, a policy that is broken, a page that some cannot use.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings } from './axe.ts';
import { chromiumPath, openPage, startBrowser } from './chromium.ts';
import { HOSTILE, type Site, startSite } from './site.ts';

const path = await chromiumPath();
const HOSTILE_ID = encodeURIComponent(HOSTILE);
const PHONE = { width: 390, height: 844 };

describe.skipIf(path === '')('the page, in Chromium', { timeout: 180_000 }, () => {
  let browser: Browser;
  let site: Site;
  let views: readonly (readonly [view: string, hash: string, ready: string])[];

  beforeAll(async () => {
    [browser, site] = await Promise.all([startBrowser(path), startSite({ jobs: 30 })]);
    const run = await site.hostileRun();
    views = [
      ['timeline', '#/', 'What collides'],
      ['jobs', '#/jobs?search=img', 'Last outcomes'],
      ['job', `#/jobs/${HOSTILE_ID}`, 'History'],
      ['runs', '#/runs', 'Outcome'],
      ['run', `#/runs/${encodeURIComponent(run.id)}`, 'Attempts'],
      ['system', '#/system', 'Job stores'],
    ];
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  /** Goes to each view in turn and waits until it is there. */
  async function eachView(page: Page, look: (view: string) => Promise<void>): Promise<void> {
    for (const [view, hash, ready] of views) {
      await page.goto(`${site.url}${hash}`);
      await page.getByText(ready, { exact: true }).first().waitFor({ state: 'attached' });
      await look(view);
    }
  }

  it('shows markup in ids, arguments, errors and logs as text', async () => {
    const { page, complaints } = await openPage(browser, site.url);
    const seen = new Map<string, string>();
    await eachView(page, async (view) => {
      if (view !== 'system') await page.getByText(HOSTILE).first().waitFor({ state: 'attached' });
      seen.set(view, (await page.locator('body').textContent()) ?? '');
      expect(await page.locator('img, iframe, main script').count()).toBe(0);
    });
    expect(seen.get('job')).toContain(`"note": ${JSON.stringify(HOSTILE)}`);
    expect(seen.get('run')).toContain(`Error: ${HOSTILE}`);
    expect(seen.get('run')).toContain(`log ${HOSTILE}`);
    expect(await page.evaluate('globalThis.wasHacked')).toBeUndefined();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('is served with a policy that forbids everything but its own files', async () => {
    const policy = (await fetch(site.url)).headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).toMatch(/style-src 'self'(;|$)/);
  });

  it.each(['light', 'dark'] as const)('has nothing serious for axe to find, %s', async (colours) => {
    const { page } = await openPage(browser, site.url, { colours });
    await eachView(page, async (view) => {
      expect([view, await seriousFindings(page)]).toEqual([view, []]);
    });
    await page.goto(`${site.url}#/jobs/job-00001`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Preview').getByRole('listitem').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await page.context().close();
  });

  it('fits the width of a phone, and can be worked with there', async () => {
    const { page, complaints } = await openPage(browser, site.url, PHONE);
    await eachView(page, async (view) => {
      expect([view, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([view, PHONE.width]);
    });
    expect(await seriousFindings(page)).toEqual([]);
    await page.getByRole('navigation').getByRole('link', { name: 'Jobs' }).click();
    await page.getByLabel('Search jobs by id or name').fill('job-00007');
    await page.getByRole('link', { name: 'job-00007', exact: true }).click();
    await page.getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('table').getByText('Running').waitFor();
    site.release();
    await page.getByRole('table').getByText('Succeeded').waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('can be used by the keyboard alone', async () => {
    const { page } = await openPage(browser, site.url);
    await page.getByRole('heading', { level: 1, name: 'Timeline' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('heading', { level: 1, name: 'System' }).waitFor();
    await expect.poll(() => focused(page)).toBe('System');
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.getByRole('link', { name: 'job-00001', exact: true }).waitFor();
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.hasAttribute("data-row")')).toBe(true);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.context().close();
  });
});

function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent');
}

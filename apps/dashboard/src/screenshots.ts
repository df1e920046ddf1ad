// Takes the pictures of docs/images out of the demo, in Chromium: `npm run screenshots`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { serveDemo } from './demo.ts';

/** A picture: what is opened, what must be there, and how it is looked at. */
interface Picture {
  readonly name: string;
  readonly hash: string;
  readonly ready: string;
  readonly isDark?: boolean;
  readonly width?: number;
  readonly height?: number;
}

const WIDTH = 1280;
const HEIGHT = 800;
/** Figures of the day are worked out on the first question and asked for again. */
const FIGURES_MS = 6000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, chromium: { type: 'string', default: '/usr/bin/chromium' } },
  });
  const out = values.out ?? join(import.meta.dirname, '../../../docs/images');
  mkdirSync(out, { recursive: true });
  const demo = await serveDemo({ port: 0, readOnly: false });
  const browser = await chromium.launch({ executablePath: values.chromium, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const run = await demo.scheduler.runJob('revenue-report');
    await (await fetch(`${demo.url}api/v1/statistics`)).text();
    await new Promise((resolve) => setTimeout(resolve, FIGURES_MS));
    for (const picture of picturesOf(run.id)) await take(browser, demo.url, picture, out);
  } finally {
    await browser.close();
    await demo.close();
  }
}

function picturesOf(openRun: string): readonly Picture[] {
  return [
    { name: 'timeline', hash: '#/', ready: 'The coming week by the hour' },
    { name: 'jobs', hash: '#/jobs', ready: 'legacy-export', isDark: true },
    { name: 'job', hash: '#/jobs/stripe-sync', ready: 'History' },
    { name: 'run', hash: `#/runs/${encodeURIComponent(openRun)}`, ready: 'Log' },
    { name: 'phone', hash: '#/jobs', ready: 'Next', width: 390, height: 780 },
  ];
}

async function take(browser: Browser, url: string, picture: Picture, out: string): Promise<void> {
  const { name, hash, ready, isDark = false, width = WIDTH, height = HEIGHT } = picture;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: isDark ? 'dark' : 'light',
    timezoneId: 'Europe/Berlin',
  });
  const page = await context.newPage();
  await page.goto(`${url}${hash}`);
  await page.getByText(ready).first().waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(out, `${name}.png`) });
  console.log(`✓ ${name}.png`);
  await context.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

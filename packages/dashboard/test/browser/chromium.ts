// A real Chromium for tests of the page, with a fresh profile; what the page complains about is collected.
import { type Browser, chromium, type Page } from 'playwright-core';
import { askHost } from '../../../core/test/services/host-client.ts';

/** Path of the browser, or '' where there is none: the run says how to get it. SCHED_TEST_CHROMIUM names one. */
export function chromiumPath(): Promise<string> {
  return askHost<string>({ action: 'program', kind: 'chromium' });
}

const SWITCHES = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Starts a browser. */
export function startBrowser(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: SWITCHES, timeout: 120_000 });
}

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly colours?: 'light' | 'dark';
}

/** A page, and what it complained about: errors of scripts, of the console, and of the content security policy. */
export interface Watched {
  readonly page: Page;
  readonly complaints: readonly string[];
}

/** Two cores may be shared with much else. */
const PATIENCE_MS = 60_000;

/** Opens a page in a context of its own. */
export async function openPage(browser: Browser, url: string, look: Look = {}): Promise<Watched> {
  const { width = 1280, height = 900, colours = 'light' } = look;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: colours,
    timezoneId: 'Europe/Berlin',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, complaints };
}

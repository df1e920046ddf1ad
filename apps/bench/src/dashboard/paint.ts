// How soon the page is there: in a real browser, over HTTP on this machine.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { DashboardHandler } from '@sched/dashboard';
import { toNodeHandler } from '@sched/dashboard/node';
import { chromium } from 'playwright-core';
import { median } from '../harness.ts';

const VISITS = 5;
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** A line of figures. */
export async function paintOf(handler: DashboardHandler): Promise<string> {
  const server = createServer(toNodeHandler(handler)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const visits: { painted: number; filled: number }[] = [];
    let scripts = 0;
    for (let visit = 0; visit < VISITS; visit++) {
      // A context of its own has an empty cache.
      const context = await browser.newContext();
      const page = await context.newPage();
      const bodies: Promise<Buffer>[] = [];
      page.on('response', (response) => {
        if (response.url().endsWith('.js')) bodies.push(response.body());
      });
      await page.goto(`${url}#/jobs`);
      await page.getByText('customer-0/report').first().waitFor();
      visits.push({
        filled: await page.evaluate(() => performance.now()),
        painted: await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN),
      });
      scripts = (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0);
      await context.close();
    }
    const middle = (of: 'painted' | 'filled') => median(visits.map((visit) => visit[of])).toFixed(0);
    return `  in Chromium: first paint after ${middle('painted')} ms, the list of jobs there after ${middle('filled')} ms; scripts of ${(scripts / 1000).toFixed(1)} kB gzipped`;
  } finally {
    await browser.close();
    server.close();
    server.closeAllConnections();
  }
}

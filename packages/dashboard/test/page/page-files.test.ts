// The files of the page: small, and without anything that a strict content security policy forbids.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pageFile } from '../../src/page-files.ts';

const text = async (name: string) => Buffer.from((await pageFile(name))?.body ?? []).toString('utf8');
const LARGEST = 60 * 1024;

describe('the files of the page', () => {
  it('have a script of less than 60 kB, compressed', async () => {
    const script = await pageFile('page.js');
    expect(script?.contentType).toMatch(/^text\/javascript/);
    expect(gzipSync(script?.body ?? '').byteLength).toBeGreaterThan(1000);
    expect(gzipSync(script?.body ?? '').byteLength).toBeLessThan(LARGEST);
  });

  it('have no script, style or handler in the document, and nothing of elsewhere', async () => {
    const html = await text('index.html');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
    for (const [, address] of html.matchAll(/(?:src|href)="([^"]*)"/g)) expect(address).toMatch(/^[\w.]+$/);
    expect(await text('page.css')).not.toMatch(/@import|url\(/);
  });

  it('never make HTML of text', async () => {
    const script = await text('page.js');
    expect(script).not.toMatch(/\b(insertAdjacentHTML|document\.write|eval\(|new Function)\b/);
  });

  it.each(['nothing.js', '../package.json', '', 'toString'])('are these and no others: %j', async (name) => {
    expect(await pageFile(name)).toBeNull();
  });

  it('have tags that differ', async () => {
    const tags = await Promise.all(['index.html', 'page.js', 'page.css', 'icon.svg'].map((name) => pageFile(name)));
    expect(new Set(tags.map((file) => file?.etag)).size).toBe(4);
  });
});

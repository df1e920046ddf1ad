// The files of the web page, as the build put them beside the package's code.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A file of the page, ready to be served. */
export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** A strong entity tag, in quotes. */
  readonly etag: string;
}

/** Every file there is, and its type: nothing else is ever read. */
const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['index.html', 'text/html; charset=utf-8'],
  ['page.js', 'text/javascript; charset=utf-8'],
  ['page.css', 'text/css; charset=utf-8'],
  ['icon.svg', 'image/svg+xml'],
]);

/** Both `src/` and `dist/` lie beside `dist/page/`, so that sources and the built package find the same files. */
const DIRECTORY = new URL('../dist/page/', import.meta.url);

const files = new Map<string, Promise<PageFile>>();

/** The file of the page with this name; null where there is none. Read once. */
export async function pageFile(name: string): Promise<PageFile | null> {
  const contentType = CONTENT_TYPES.get(name);
  if (contentType === undefined) return null;
  const known = files.get(name) ?? read(name, contentType);
  files.set(name, known);
  return await known;
}

async function read(name: string, contentType: string): Promise<PageFile> {
  try {
    const body = Uint8Array.from(await readFile(new URL(name, DIRECTORY)));
    return { body, contentType, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` };
  } catch (error) {
    // A build that is under way may have finished by the next request.
    files.delete(name);
    throw error;
  }
}

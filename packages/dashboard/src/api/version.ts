// The version of the package, as its manifest says it.
import { readFileSync } from 'node:fs';

/** Both `src/api/` and `dist/` lie below the manifest, at different depths. */
const PLACES = ['../package.json', '../../package.json'];

export const VERSION: string = read();

function read(): string {
  for (const place of PLACES) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { version?: string };
      if (manifest.version !== undefined) return manifest.version;
    } catch {
      // Not at this depth.
    }
  }
  return 'unknown';
}

// The test of the pages tells right from wrong.
import { expect, test } from 'vitest';
import { faults, play, snippets } from './snippets.ts';

const START = '2026-01-01T00:00:00Z';
const page = (code: string) => `\`\`\`ts\n${code}\n\`\`\`\n`;
const only = (code: string) => snippets(page(code)).slice(0, 1);

test('a block goes on from the first one, unless it has imports of its own', () => {
  const sources = snippets(page('const a = 1;') + page('a;') + page("import 'b';")).map(({ source }) => source);
  expect(sources).toEqual(['const a = 1;\n', 'const a = 1;\n\n{\na;\n}\n', "import 'b';\n"]);
});

test.each([
  ['1 + 1; // => 2', []],
  ['1 + 1; // => 3', ['says 3, is 2']],
  ["[new Date(0), 'a']; // => [ 1970-01-01T00:00:00.000Z, 'a' ]", []],
  ["console.log('a', 1);\n// prints a 1", []],
  ["console.log('a');", ['says , is a']],
  ['// prints a', ['says a, is ']],
  ['const start = Date.now();\n// 2 hours later\nDate.now() - start; // => 7200000', []],
])('%s', async (code, wrong) => {
  for (const program of only(code)) expect(await play(program, START)).toEqual(wrong);
});

test('jobs fire while time passes, and nothing is left of them', async () => {
  const code = `
    import { BackgroundScheduler } from '@sched/background';
    const scheduler = new BackgroundScheduler();
    await scheduler.start();
    await scheduler.addJob(() => console.log('tick'), 'interval', { minutes: 1 });
    // 3 minutes later
    // prints never`;
  for (const program of only(code.replaceAll('    ', ''))) {
    expect(await play(program, START)).toEqual(['says never, is tick, tick, tick']);
  }
});

test('what does not compile is told', () => {
  expect(
    faults(only("import { BackgroundScheduler } from '@sched/background';\nnew BackgroundScheduler(42);")),
  ).toEqual([expect.stringContaining("Argument of type '42' is not assignable")]);
}, 120_000);

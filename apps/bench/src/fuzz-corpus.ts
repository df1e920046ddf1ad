// Random and mutated crontab lines, the same in every run: what a reader of them must not be slow at.

const LINES = [
  '*/5 8-18 * * 1-5',
  '0 0 1,15,L * *',
  '0 0 * * fri#3,monL',
  '15,45 8-18/2 * jan-jun,oct mon-fri',
  '0 0 LW,L-3,15W * ?',
  'H H(2-4) * * *',
  'H/15 H(0-29)/10 * * *',
  '*/10 0-59/5 22-23,0-2 * */2 +0-6 2026-2030',
  '0 0 0 1 1 * 1970-9999/7',
  'TZ=Europe/Berlin 0 9 * * *',
  'CRON_TZ=America/New_York 30 2 29 2 *',
  '@daily',
  '@every 1h30m10s500ms',
];

const PIECES = [
  ...'0123456789*/-,#+?LWHlwh()@ \t\n.=:',
  ...[
    'mon',
    'fri',
    'jan',
    'dec',
    'TZ=',
    'UTC ',
    'A/B',
    '@every ',
    '@reboot',
    '9999',
    '-1',
    '0-59/1,',
    '*/1,',
    '1970-9999,',
  ],
  ...['\0', '٣', 'é', '💥'],
];

/** So many lines: good ones with a few pieces put in, taken out or repeated, and pieces in no order at all. */
export function fuzzCorpus(count: number, random: () => number): string[] {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? '';
  return Array.from({ length: count }, () => {
    let text = random() < 0.9 ? pick(LINES) : '';
    for (let changes = Math.floor(random() * 4); changes > 0; changes--) {
      const at = Math.floor(random() * (text.length + 1));
      const piece = pick(PIECES).repeat(random() < 0.05 ? 1 + Math.floor(random() * 120) : 1);
      text = text.slice(0, at) + piece + text.slice(at + Math.floor(random() * 4));
    }
    return text;
  });
}

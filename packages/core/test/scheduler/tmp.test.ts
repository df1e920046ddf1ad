import { test } from 'vitest';
import { MemoryStore } from '../../src/index.ts';
import { Bench } from './bench.ts';
test('x', async () => {
    const store = new MemoryStore();
    const { scheduler, clock, settle } = new Bench({ jobStores: { default: store } });
    let executed = 0;
    await scheduler.start({ paused: true });
    await scheduler.addJob(() => { executed++; }, 'interval', { seconds: 1, id: 'a', coalesce: false, keepRuns: 5000 });
    clock.jump(365 * 86_400_000);
    await scheduler.resume();
    for (let i = 0; i < 8; i++) {
      await settle(); await settle();
      const by: Record<string, number> = {};
      for (const r of (await store.getRuns({}, { limit: 1000 })).items) by[r.state] = (by[r.state] ?? 0) + 1;
      console.log(executed, by, clock.waiting);
    }
    await clock.advance(30_000);
      console.log(executed, clock.waiting);
    await scheduler.shutdown();
});

// The tables of the PostgreSQL store: who makes them, and which are refused.
import { describe, expect, it } from 'vitest';
import { postgresSchema } from '../../../src/stores/postgres/index.ts';
import { DUE, PostgresBench, server } from './postgres-bench.ts';

describe.skipIf(server === '')('tables', () => {
  const bench = new PostgresBench();

  it('can be printed and made by hand, then nobody has to have the right to make any', async () => {
    await expect(bench.open({ migrate: 'never' })).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringMatching(/there are no tables.*postgresSchema\(\)/),
    });
    await bench.run(postgresSchema({ tablePrefix: bench.prefix }));
    const store = await bench.open({ migrate: 'never' });
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
  });

  it('are the same, printed or made', async () => {
    await bench.open();
    const columns = `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
      WHERE table_schema = $1 AND table_name LIKE $2 ORDER BY 1, ordinal_position`;
    const indexes = 'SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename LIKE $2 ORDER BY 1';
    await bench.run(postgresSchema({ schema: 'printed', tablePrefix: bench.prefix }));
    const of = async (schema: string) => {
      const found = [
        await bench.run(columns, [schema, `${bench.prefix}%`]),
        await bench.run(indexes, [schema, `${bench.prefix}%`]),
      ];
      return JSON.parse(JSON.stringify(found).replaceAll(`${schema}.`, ''));
    };
    expect(await of('printed')).toEqual(await of('public'));
    expect((await of('printed'))[1].length).toBeGreaterThan(9);
  });

  it('are made once, whoever comes first', async () => {
    const stores = await Promise.all(Array.from({ length: 6 }, () => bench.open({ schema: 'common' })));
    await bench.addDue(stores[0] ?? (await bench.open()), 'a');
    for (const store of stores) expect((await store.getJob('a'))?.id).toBe('a');
  });

  it('of a newer version are refused and left as they are, unless they say that this one may go on', async () => {
    await (await bench.open()).close();
    await bench.run('UPDATE [meta] SET value = 99');
    await expect(bench.open()).rejects.toMatchObject({
      code: 'store-failure',
      message: expect.stringContaining('version 99'),
    });
    await bench.run("UPDATE [meta] SET value = 1 WHERE name = 'schema_compatible'");
    await bench.run('ALTER TABLE [job] ADD COLUMN colour text; ALTER TABLE [run] ADD COLUMN colour text');
    const store = await bench.open();
    await bench.addDue(store, 'a');
    expect((await bench.fire(store))[0]?.ok).toBe(true);
    expect(await bench.run('SELECT value FROM [meta] ORDER BY name')).toEqual([{ value: '99' }, { value: '1' }]);
  });

  it('may get columns while a process works on them', async () => {
    const store = await bench.open({ listen: true });
    const workOff = async (...ids: string[]) => {
      await bench.addDue(store, ...ids);
      expect((await store.claimDue(DUE)).jobs).toHaveLength(ids.length);
      for (const id of ids) expect(await store.getJob(id)).not.toBeNull();
    };
    for (let n = 0; n < 6; n++) await workOff(`before-${n}`);
    await bench.run('ALTER TABLE [job] ADD COLUMN colour text; ALTER TABLE [run] ADD COLUMN colour text');
    for (let n = 0; n < 6; n++) await workOff(`after-${n}`);
  });
});

import { describe, expect, test } from '@jest/globals';
import { JsonText, writeJson } from '../json/json-text.ts';
import { aTable } from '../testing/tables.ts';
import { decodeRows, selectColumns, withTexts } from './columns.ts';
import type { TableDescriptor } from './table.ts';

const table: TableDescriptor = {
  ...aTable,
  columns: {
    id: { column: 'id', type: 'uuid', nullable: false },
    data: { column: 'data', type: 'json', nullable: false },
    extra: { column: 'extra', type: 'json', nullable: true, opaque: 'The owner’s own.' },
  },
};
const columns = withTexts(table, ['id', 'data', 'extra']);

describe('JSON in which nobody looks', () => {
  test('is selected as text where the driver would parse it', () => {
    const [postgres, mysql] = (['postgres', 'mysql'] as const).map(
      (dialect) => selectColumns(dialect, table, columns).sql,
    );
    expect(postgres).toBe('t."id" as "id",t."data" as "data",t."extra"::text as "extra"');
    expect(mysql).toBe('t.`id` as `id`,t.`data` as `data`,t.`extra` as `extra`');
  });

  test.each(['postgres', 'mysql'] as const)('is passed on as text, and other JSON parsed: %s', (dialect) => {
    const data = dialect === 'mysql' ? '{"a": 1}' : { a: 1 };
    const [row] = decodeRows<{ data: unknown; extra: unknown }>(
      dialect,
      table,
      [{ data, extra: '{"b": 2}' }],
      columns,
    );
    expect(row?.data).toEqual({ a: 1 });
    expect(row?.extra).toBeInstanceOf(JsonText);
    expect(writeJson({ extra: row?.extra })).toBe('{"extra":{"b": 2}}');
  });

  test('is null where it is nothing, and where it is JSON’s null', () => {
    const rows = decodeRows('postgres', table, [{ extra: null }, { extra: 'null' }], columns);
    expect(rows).toEqual([{ extra: null }, { extra: null }]);
  });

  test('is parsed as all other where nobody asks for texts, as for a change', () => {
    const [row] = decodeRows<{ extra: unknown }>('mysql', table, [{ extra: '{"b": 2}' }]);
    expect(row?.extra).toEqual({ b: 2 });
    expect(selectColumns('postgres', table).sql).toContain('t."extra" as "extra"');
  });

  test('lets nobody look inside in a test', () => {
    const [row] = decodeRows<{ extra: { b?: unknown } }>(
      'postgres',
      table,
      [{ extra: '{"b": 2}' as never }],
      columns,
    );
    expect(() => row?.extra.b).toThrow(/Thing\.extra is `\/\/\/ @opaque`/);
  });
});

test('columns without such JSON stay the same object, by which statements are known', () => {
  const plain = ['id', 'data'];
  expect(withTexts(table, plain)).toBe(plain);
});

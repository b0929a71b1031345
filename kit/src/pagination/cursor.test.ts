import { describe, expect, test } from '@jest/globals';
import { aTable } from '../testing/tables.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import type { Order } from './order.ts';

const id = '01a1fc84-a4e8-73f4-aaf1-ea972c056eff';
const row = {
  id,
  name: 'é\u2028"',
  size: null,
  price: '1.10',
  dueOn: '2026-02-28',
  madeAt: new Date(1_700_000_000_123),
  status: 'new',
};
const by = (property: string): Order => ({ property, direction: 'ASC' });

describe('a cursor', () => {
  test.each(['id', 'name', 'size', 'price', 'dueOn', 'madeAt', 'status'] as const)(
    'brings the value of %s back',
    (property) => {
      const cursor = encodeCursor(aTable, by(property), row);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(aTable, by(property), cursor, 'after')).toEqual({ value: row[property], key: id });
    },
  );

  const forged = (...parts: unknown[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');
  test.each([
    ['no base64', '%%%'],
    ['no JSON', Buffer.from('nonsense').toString('base64url')],
    ['another order', encodeCursor(aTable, { property: 'name', direction: 'DESC' }, row)],
    ['a key that is no id', forged('name ASC', 'a', 'x')],
    ['no key', forged('name ASC', 'a', null)],
    ['an absent value where there is always one', forged('name ASC', null, id)],
    ['a value of another type', forged('name ASC', { $gt: '' }, id)],
    ['a text that Postgres cannot hold', forged('name ASC', 'a\u0000b', id)],
    ['more than a cursor holds', forged('name ASC', 'a'.repeat(3_000), id)],
  ])('with %s is refused', (_, cursor) => {
    expect(() => decodeCursor(aTable, by('name'), cursor, 'before')).toThrow(
      'before must be a cursor that this list returned in this order',
    );
  });

  test.each([
    ['madeAt', 'never'],
    ['size', '1'],
    ['price', '1e5'],
    ['dueOn', '2026-02-28T00:00:00Z'],
  ])('with %s = %s is refused', (property, value) => {
    expect(() => decodeCursor(aTable, by(property), forged(`${property} ASC`, value, id), 'after')).toThrow(
      'a cursor',
    );
  });
});

import { describe, expect, test } from '@jest/globals';
import sql, { Sql } from 'sql-template-tag';
import { anIdentity } from '../testing/index.ts';
import { aTable } from '../testing/tables.ts';
import { connectDatabase } from './connect.ts';
import { confined, rowsBehind, isWalled, unconfined, walled, type Walled } from './walled.ts';

const table = { ...aTable, schema: null };
const rows = rowsBehind({ Thing: () => sql`t.name = ${'mine'}` }, table, anIdentity());

describe('a walled statement', () => {
  test('reads of a table what is behind its wall, with the wall’s values in their place', () => {
    const { sql: text, values } = walled`select t.id from ${rows} t where t.size = ${3}`;
    expect(text).toBe('select t.id from (select * from `things` t where t.name = ?) t where t.size = ?');
    expect(values).toEqual(['mine', 3]);
  });

  test('may join, select from what is selected, and be part of another', () => {
    const inner = walled`select t.id from ${rows} t`;
    const outer = walled`select x.id from (select ${sql`a.id`} from ${rows} a) x join (${inner}) y on y.id = x.id
      where exists (${inner})`;
    expect(outer.sql.match(/t\.name = \?/g)).toHaveLength(3);
  });

  test.each<[string, () => Walled]>([
    ['a table by its name', () => walled`select * from things t`],
    ['a quoted table', () => walled`select * from \`things\``],
    ['a table in brackets', () => walled`select * from (things)`],
    ['a join by name', () => walled`select * from ${rows} t join things o on o.id = t.id`],
    ['a table after a comma', () => walled`select * from ${rows} t, things o`],
    ['a table after a comma, with as', () => walled`select * from ${rows} as t , things o`],
    ['a subselect', () => walled`select * from ${rows} t where t.id in (select o.id from things o)`],
    ['a union', () => walled`select t.id from ${rows} t union all select id from things`],
    ['a name that is a value', () => walled`select * from ${'things'}`],
    ['a name that is a part', () => walled`select * from ${sql`things`} t`],
    ['a part that reads', () => walled`select * from ${rows} t where ${sql`exists (select 1 from things)`}`],
    ['a part in capitals that reads', () => walled`select 1 ${sql`FROM things`}`],
  ])('cannot read %s', (_, statement) => {
    expect(statement).toThrow(TypeError);
    // The text is remembered; the refusal too.
    expect(statement).toThrow(TypeError);
  });

  test('is told from any other, whatever that claims', () => {
    expect(isWalled(rows)).toBe(true);
    expect(isWalled(sql`select 1`)).toBe(false);
    expect(isWalled(new Sql(['select 1'], []))).toBe(false);
  });
});

describe('a part of an author’s own', () => {
  const part = sql`exists (select 1 from things)`;

  test('reads what it likes where the database’s policies confine it, and nothing elsewhere', () => {
    expect(confined('postgres', part).text).toBe(part.text);
    expect(() => confined('mysql', part)).toThrow(TypeError);
    expect(confined('mysql', sql`t.size > ${1}`).values).toEqual([1]);
  });

  test('sees past the walls where it says why', () => {
    expect(confined('mysql', unconfined('it counts', part)).sql).toBe(part.sql);
    expect(() => unconfined('', part)).toThrow(TypeError);
  });
});

describe('a table', () => {
  test('without a wall is not read', () => {
    expect(() => rowsBehind({}, table, anIdentity())).toThrow('Thing has no wall');
  });

  test('of Postgres stands for itself: its policies are its wall', () => {
    expect(rowsBehind(undefined, aTable, anIdentity()).text).toBe('"things"."things"');
  });
});

test.each([
  ['MySQL without walls', 'mysql://user@localhost/auth', {}],
  ['Postgres with walls', 'postgres://user@localhost/crm', { walls: {} }],
])('%s is no database', (_, url, walls) => {
  const prisma = (): never => {
    throw new Error('Nothing is connected');
  };
  expect(() =>
    connectDatabase({ name: 'things', url, poolSize: 1, tables: { AuditEntry: aTable }, prisma, ...walls }),
  ).toThrow('walls');
});

import { describe, expect, test } from '@jest/globals';
import { aTable } from '../testing/tables.ts';
import { filterCondition, type Filter } from './filter.ts';

const condition = (filter: Filter | null): { text: string; values: unknown[] } => {
  const { text, values } = filterCondition('postgres', aTable, filter);
  return { text, values };
};

describe('a filter becomes a condition', () => {
  test('none lets every row through', () => {
    expect(condition(null).text).toBe('true');
    expect(condition({}).text).toBe('true');
    expect(condition({ name: null }).text).toBe('true');
  });

  test('values travel as parameters, whatever they contain', () => {
    const evil = `'; drop table things; --`;
    expect(condition({ name: { eq: evil } })).toEqual({ text: '(t."name" = $1)', values: [evil] });
  });

  test('comparisons of one column and of several all hold', () => {
    expect(condition({ size: { gte: 1, lt: 9 }, name: { in: ['a', 'b'] } })).toEqual({
      text: '(t."size" >= $1 and t."size" < $2 and t."name" = any($3::text[]))',
      values: [1, 9, ['a', 'b']],
    });
  });

  test('the characters of LIKE are searched for as they are', () => {
    expect(condition({ name: { contains: '50%_\\' } }).values).toEqual(['%50\\%\\_\\\\%']);
    expect(condition({ name: { startsWith: 'a%' } }).values).toEqual(['a\\%%']);
  });

  test('and, or and not nest; what is unknown counts as not true', () => {
    const { text } = condition({
      or: [{ name: { eq: 'a' } }, { and: [{ size: { gt: 1 } }] }],
      not: { size: { eq: 3 } },
    });
    expect(text).toBe('(((t."name" = $1) or (((t."size" > $2)))) and (t."size" = $3) is not true)');
  });

  test('lists ask for one, every or some of their elements', () => {
    expect(condition({ tags: { has: 'a' } })).toEqual({ text: '(t."tags" @> $1)', values: [['a']] });
    expect(condition({ tags: { hasSome: ['a', 'b'] } }).text).toBe('(t."tags" && $1)');
  });

  test('lists that are JSON are asked for the same', () => {
    const onList = (operator: Filter): { text: string; values: unknown[] } => condition({ data: operator });
    expect(onList({ has: 'a' })).toEqual({ text: '(t."data" @> $1::jsonb)', values: ['["a"]'] });
    expect(onList({ hasEvery: ['a', 'b'] }).values).toEqual(['["a","b"]']);
    expect(onList({ hasSome: ['a', 'b'] })).toEqual({
      text: '(t."data" ?| $1::text[])',
      values: [['a', 'b']],
    });
  });

  test('MySQL gets ids as bytes, and lists filled up to a power of two', () => {
    const id = '01a1fc84-a4e8-73f4-aaf1-ea972c056eff';
    const { sql, values } = filterCondition(
      'mysql',
      { ...aTable, schema: null },
      { id: { in: [id, id, id] } },
    );
    expect(sql).toBe('(t.`id` in (?,?,?,?))');
    expect(values).toEqual(Array(4).fill(Buffer.from(id.replaceAll('-', ''), 'hex')));
  });
});

describe('a filter is refused', () => {
  test.each([
    [{ id: { eq: 'x' } }, 'filter.id.eq must be a UUID'],
    [{ or: [{ not: { id: { in: ['x'] } } }] }, 'filter.or.0.not.id.in must be a UUID'],
    [{ name: { gt: null } }, 'filter.name.gt must be a value; isNull asks for absence'],
    [{ and: [] }, 'filter.and must be a list with at least one filter'],
    [{ or: Array(101).fill({ name: { eq: 'a' } }) }, 'filter must be at most 100 conditions'],
  ])('%j', (filter, message) => {
    expect(() => condition(filter)).toThrow(message);
  });
});

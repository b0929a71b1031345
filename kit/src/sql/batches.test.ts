import { describe, expect, test } from '@jest/globals';
import { batchesWithin, changeFound, inBatches, inTurn } from './batches.ts';

/** So many rows, some of which a change takes away; it says how many it was to take. */
function rows(count: number) {
  const asked: number[] = [];
  let left = count;
  return {
    asked,
    left: () => left,
    change: (most: number): Promise<number> => {
      asked.push(most);
      const found = Math.min(most, left);
      left -= found;
      return Promise.resolve(found);
    },
  };
}

describe('a change in batches', () => {
  test.each([
    [0, 1],
    [9, 1],
    [10, 2],
    [25, 3],
  ])('of %d rows, ten at a time, takes %d', async (count, batches) => {
    const { asked, left, change } = rows(count);
    expect(await inBatches({ size: 10 }, change)).toEqual({ rows: count, isComplete: true });
    expect([asked, left()]).toEqual([Array(batches).fill(10), 0]);
  });

  test('ends with the batch in which its time is up, and goes on when it is repeated', async () => {
    const { left, change } = rows(25);
    const limits = { size: 10, untilMs: Date.now() };
    expect(await inBatches(limits, change)).toEqual({ rows: 10, isComplete: false });
    expect(await inBatches(limits, change)).toEqual({ rows: 10, isComplete: false });
    expect(left()).toBe(5);
    expect(await inBatches(limits, change)).toEqual({ rows: 5, isComplete: true });
  });

  test('that fails leaves what was done before, and goes on when it is repeated', async () => {
    const { asked, change } = rows(25);
    const failing = (most: number) =>
      asked.length === 1 ? Promise.reject(new Error('the database is away')) : change(most);
    await expect(inBatches({ size: 10 }, failing)).rejects.toThrow('the database is away');
    expect(await inBatches({ size: 10 }, change)).toEqual({ rows: 15, isComplete: true });
  });

  test('begins none that would end after its request', () => {
    expect(batchesWithin({ deadlineMs: 60_000 })).toEqual({ size: 500, untilMs: 55_000 });
  });
});

describe('a batch of several tables', () => {
  test('has the rows of one before those of the next, and not more than it may', async () => {
    const tables = [rows(4), rows(0), rows(7), rows(3)] as const;
    const changes = tables.map(({ change }) => change);
    expect(await inTurn(6, changes)).toBe(6);
    expect(tables.map(({ asked }) => asked)).toEqual([[6], [2], [2], []]);
    expect(await inTurn(20, changes)).toBe(8);
    expect(await inTurn(20, changes)).toBe(0);
  });
});

describe('rows that were found', () => {
  test('are changed by their ids, and where there are none nothing is asked for', async () => {
    const changed: unknown[] = [];
    const change = (id: unknown) => Promise.resolve(changed.push(id));
    expect(await changeFound([{ id: 'a' }, { id: 'b' }], change)).toBe(2);
    expect(await changeFound([], change)).toBe(0);
    expect(changed).toEqual([{ in: ['a', 'b'] }]);
  });
});

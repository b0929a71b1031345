import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { together } from './together.ts';

const spanMs = 50;

function aTeller() {
  const told: string[] = [];
  return {
    told,
    ...together<string>(
      spanMs,
      (event) => event.charAt(0),
      (event) => told.push(event),
    ),
  };
}

describe('what happens at once is told once', () => {
  test('first at once, and at the end of the span the last that came in it', async () => {
    const { add, told, end } = aTeller();
    for (const event of ['a1', 'a2', 'a3']) add(event);
    expect(told).toEqual(['a1']);
    await sleep(2 * spanMs);
    expect(told).toEqual(['a1', 'a3']);
    await sleep(2 * spanMs);
    add('a4');
    expect(told).toEqual(['a1', 'a3', 'a4']);
    end();
  });

  test('and what is of another kind by itself', () => {
    const { add, told, end } = aTeller();
    for (const event of ['a1', 'b1', 'a2']) add(event);
    expect(told).toEqual(['a1', 'b1']);
    end();
  });

  test('and no more once it has ended', async () => {
    const { add, told, end } = aTeller();
    for (const event of ['a1', 'a2']) add(event);
    end();
    await sleep(2 * spanMs);
    expect(told).toEqual(['a1']);
  });
});

import { describe, expect, test } from '@jest/globals';
import { EventQueue } from './event-queue.ts';

describe('a queue of events', () => {
  test('gives them in their order, as they come', async () => {
    const queue = new EventQueue<string>(10);
    const leaving = new AbortController();
    const taken: string[] = [];
    queue.add('one');
    queue.add('two');
    setTimeout(() => queue.add('three'), 10);
    for await (const event of queue.take(leaving.signal)) {
      taken.push(event);
      if (event === 'three') leaving.abort();
    }
    expect(taken).toEqual(['one', 'two', 'three']);
    expect(queue.isOver).toBe(false);
  });

  test('ends for who takes none of them while more come than it holds', async () => {
    const queue = new EventQueue<number>(2);
    for (const event of [1, 2, 3, 4]) queue.add(event);
    for await (const event of queue.take(new AbortController().signal)) expect(event).toBeUndefined();
    expect.assertions(1);
    expect(queue.isOver).toBe(true);
  });
});

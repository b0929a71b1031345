import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Ending } from './ending.ts';

const never = new AbortController().signal;

describe('what lasts ends', () => {
  test('when whom it is for leaves, or has left', () => {
    const leaving = new AbortController();
    const ending = new Ending({ signal: leaving.signal, expiresAt: undefined });
    expect(ending.signal.aborted).toBe(false);
    leaving.abort();
    expect([ending.signal.aborted, ending.hasExpired]).toEqual([true, false]);
    expect(new Ending({ signal: leaving.signal, expiresAt: undefined }).signal.aborted).toBe(true);
  });

  test.each([
    ['when its time is up', 20],
    ['at once when its time was up before', -1_000],
  ])('%s', async (_, ms) => {
    const ending = new Ending({ signal: never, expiresAt: Date.now() + ms });
    await sleep(100);
    expect([ending.signal.aborted, ending.hasExpired]).toEqual([true, true]);
  });

  test('not before a time that no timer can tell', async () => {
    const ending = new Ending({ signal: never, expiresAt: Date.now() + 1_000 * 86_400 * 365 });
    await sleep(20);
    expect(ending.signal.aborted).toBe(false);
    ending.release();
  });

  test('and what is to be done then is done once', () => {
    const ending = new Ending({ signal: never, expiresAt: undefined });
    const done: string[] = [];
    ending.finally(() => done.push('one'));
    ending.finally(() => done.push('two'));
    ending.release();
    ending.release();
    expect(done).toEqual(['one', 'two']);
  });
});

import { expect, test } from '@jest/globals';
import { oneAtATime, waitAfter } from './lock-out.ts';

test.each([
  [0, 0],
  [4, 0],
  [5, 1],
  [6, 2],
  [9, 16],
  [14, 512],
  [15, 900],
  [2_000, 900],
])('after %i failures in a row the wait is %i s', (failures, seconds) => {
  expect(waitAfter(failures)).toBe(seconds);
});

test('attempts on one address run one after another, those on others at the same time', async () => {
  const steps: string[] = [];
  const attempt = (name: string, hash: string): Promise<void> =>
    oneAtATime(hash, async () => {
      steps.push(`${name} begins`);
      await Promise.resolve();
      steps.push(`${name} ends`);
    });
  await Promise.all([attempt('first', 'a'), attempt('second', 'a'), attempt('other', 'b')]);
  const ofOne = steps.filter((step) => !step.startsWith('other'));
  expect(ofOne).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  expect(steps.indexOf('other begins')).toBeLessThan(steps.indexOf('first ends'));
});

test('an attempt that fails lets the next one run', async () => {
  const failed = oneAtATime('c', () => Promise.reject(new Error('wrong')));
  const next = oneAtATime('c', () => Promise.resolve('in'));
  await expect(failed).rejects.toThrow('wrong');
  await expect(next).resolves.toBe('in');
});

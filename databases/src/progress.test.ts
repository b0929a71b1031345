import { afterEach, expect, jest, test } from '@jest/globals';
import { makeProgress } from './progress.ts';

const isTTY = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY');
afterEach(() => {
  jest.restoreAllMocks();
  Object.defineProperty(process.stdout, 'isTTY', isTTY ?? { value: undefined, configurable: true });
});

test('without a terminal a step tells tenths, and names what begins anew', () => {
  Object.defineProperty(process.stdout, 'isTTY', { value: false, configurable: true });
  const written: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const progress = makeProgress();
  progress.step('loading the demo data');
  for (const [done, words] of [
    [1, 'accounts'],
    [5, 'Acme'],
    [52, 'Globex'],
    [100, 'accounts'],
  ] as const)
    progress.bar(done, 100, words);
  for (const done of [20, 25, 40]) progress.bar(done, 40, 'billing');
  progress.bar(100, 100, 'crm');
  progress.end();
  expect(written.join('').replace(/\d+\.\d s/, '1.0 s')).toBe(
    '  loading the demo data … 0 % 50 % 100 %, billing 50 % 60 % 100 %, crm 100 % 1.0 s\n',
  );
});

import { expect, test } from '@jest/globals';
import { storeInMemory } from './store.ts';

const letters = (count: number): string => 'x'.repeat(count);

test('answers take no more memory than they may, and the one that was used last stays', async () => {
  const store = storeInMemory(1);
  for (const key of ['a', 'b']) await store.set(key, letters(200_000), 60);
  await store.get('a');
  await store.set('c', letters(200_000), 60);
  expect(await store.get('a')).toHaveLength(200_000);
  expect(await store.get('b')).toBeUndefined();
  expect(await store.get('c')).toHaveLength(200_000);
});

test('an answer that would take the place of many is not kept', async () => {
  const store = storeInMemory(64);
  await store.set('long', letters(1_000_001), 60);
  expect(await store.get('long')).toBeUndefined();
});

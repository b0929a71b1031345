import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const root = new URL('../', import.meta.url);

test('docs/security.md names code and tests that are there', () => {
  const page = readFileSync(new URL('docs/security.md', root), 'utf8');
  const paths = [...page.matchAll(/`([a-z]+\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});

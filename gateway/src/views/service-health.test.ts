import { expect, test } from '@jest/globals';
import { serviceHealth, type ServiceProbe } from './service-health.ts';

const healthy: ServiceProbe = {
  check: () => Promise.resolve(),
  version: () => Promise.resolve('1.2.3'),
  fetch: () => Promise.resolve({ data: { _service: { sdl: 'type Query { a: Int }' } } }),
};

const probes = new Map<string, ServiceProbe>([
  ['good', healthy],
  ['headless', { ...healthy, check: () => Promise.reject(new Error('no database')) }],
  [
    'gone',
    {
      check: () => Promise.reject(new Error('refused')),
      version: () => Promise.reject(new Error('refused')),
      fetch: () => Promise.resolve({ data: null, errors: [{ message: 'refused' }] }),
    },
  ],
]);

test('a service is up, without its database in trouble, and without an answer down', async () => {
  const found = await serviceHealth({ probes });
  expect(found.map(({ service, status, version }) => [service, status, version])).toEqual([
    ['good', 'up', '1.2.3'],
    ['headless', 'degraded', '1.2.3'],
    ['gone', 'down', null],
  ]);
  const [good, , gone] = found;
  expect(good?.schemaHash).toMatch(/^[0-9a-f]{64}$/);
  expect(good?.latencyMs).toBeGreaterThanOrEqual(0);
  expect(gone).toMatchObject({ latencyMs: null, schemaHash: null });
});

test('the hash is another when the schema is', async () => {
  const other = {
    ...healthy,
    fetch: () => Promise.resolve({ data: { _service: { sdl: 'type Query { b: Int }' } } }),
  };
  const [one, two] = await serviceHealth({
    probes: new Map([
      ['one', healthy],
      ['two', other],
    ]),
  });
  expect(one?.schemaHash).not.toBe(two?.schemaHash);
});

test('a service that there is not is refused', () => {
  expect(() => serviceHealth({ probes }, ['bakery'])).toThrow('among gone, good, headless');
});

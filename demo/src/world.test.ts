import { describe, expect, test } from '@jest/globals';
import { day, now as fixedNow, seeded } from './random.ts';
import { makeWorld, type DemoWorld } from './world.ts';

const person = {
  id: 'p',
  email: 'p@acme.example',
  name: 'P',
  role: 'admin' as const,
  createdAt: new Date(fixedNow.getTime() - 500 * day),
};
const tenant = {
  ...{ id: 'acme', name: 'Acme', organizationId: 'o', owner: person, currency: 'USD' },
  ...{ createdAt: person.createdAt, clients: [], users: [person, { ...person, id: 'q' }] },
};
const at = (moment: string, scale = 1): DemoWorld =>
  makeWorld({ now: new Date(moment), scale, superadmin: person, tenants: [tenant] });

describe('a world of another moment', () => {
  const [one, other] = [at('2026-11-21T18:00:00Z'), at('2027-03-01T02:00:00Z')];
  const momentIn = (world: DemoWorld): Date => world.daysAgo(seeded('something'), 1, 30);

  test('has its history before that moment', () => {
    for (const world of [one, other]) {
      const age = world.now.getTime() - momentIn(world).getTime();
      expect(age).toBeGreaterThanOrEqual(day);
      expect(age).toBeLessThanOrEqual(30 * day);
    }
  });

  test('has its events at the same distance, with the same ids', () => {
    const [first, second] = [momentIn(one), momentIn(other)];
    expect(other.now.getTime() - second.getTime()).toBe(one.now.getTime() - first.getTime());
    expect(other.id('something', second)).toBe(one.id('something', first));
  });

  test('has the same people do the same', () => {
    expect(other.someUser(tenant, 'something')).toBe(one.someUser(tenant, 'something'));
  });
});

test('ids follow the order of the times, and what they name', () => {
  const world = at('2026-11-21T18:00:00Z');
  const [early, late] = [new Date('2026-02-01T00:00:00Z'), new Date('2026-02-01T00:00:00.001Z')];
  expect(world.id('b', early) < world.id('a', late)).toBe(true);
  expect(world.id('a', early)).not.toBe(world.id('b', early));
});

test.each([
  [1, 200],
  [0.05, 10],
  [0.001, 3],
  [2.5, 500],
])('at scale %d two hundred are %d', (scale, count) => {
  expect(at('2026-11-21T18:00:00Z', scale).count(200, 3)).toBe(count);
});

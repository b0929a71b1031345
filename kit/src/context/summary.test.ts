import { describe, expect, test } from '@jest/globals';
import { anIdentity } from '../testing/index.ts';
import { Loaders } from './loaders.ts';
import { loadSummary, referToPlatform, referToTenant } from './summary.ts';

const superadmin = anIdentity({ role: 'superadmin', userId: 's' });
const product = anIdentity({ role: 'system' });
const ofAcme = (['admin', 'client', 'user'] as const).map((role) =>
  anIdentity({ role, userId: 'u', tenantId: 'acme' }),
);
const ofNone = anIdentity({ role: 'user', userId: 'u' });
const nobody = anIdentity();

describe('a tenant that another domain refers to', () => {
  test.each([superadmin, product])('is there for $role, whichever it is', (identity) => {
    expect(referToTenant({ id: 'acme' }, { identity })).toEqual({ id: 'acme' });
  });

  test.each(ofAcme)('is there for its own $role, and no other tenant is', (identity) => {
    expect(referToTenant({ id: 'acme' }, { identity })).toEqual({ id: 'acme' });
    for (const id of ['borealis', 'ACME', 'acme ', '', 'null'])
      expect(referToTenant({ id }, { identity })).toBeNull();
  });

  test.each([ofNone, nobody])('is not there for who belongs to none', (identity) => {
    for (const id of ['acme', '', 'null']) expect(referToTenant({ id }, { identity })).toBeNull();
  });
});

describe('the platform', () => {
  test.each([superadmin, product])('is there for $role, and there is only one', (identity) => {
    expect(referToPlatform({ id: 'platform' }, { identity })).toEqual({ id: 'platform' });
    expect(referToPlatform({ id: 'another' }, { identity })).toBeNull();
  });

  test.each([...ofAcme, ofNone, nobody])('is not there for $role', (identity) => {
    expect(referToPlatform({ id: 'platform' }, { identity })).toBeNull();
  });
});

describe('a summary', () => {
  interface Summary {
    readonly things: number;
  }
  const figures = [
    { tenantId: 'acme', things: 3 },
    { tenantId: 'borealis', things: 5 },
  ];

  /** A context whose batches are written down. */
  function asked(identity: typeof superadmin): {
    readonly load: (id: string) => Promise<Summary | null>;
    readonly batches: (readonly string[])[];
  } {
    const context = { identity, loaders: new Loaders() };
    const batches: (readonly string[])[] = [];
    const batch = (ids: readonly string[]): Promise<typeof figures> => {
      batches.push(ids);
      return Promise.resolve(figures.filter(({ tenantId }) => ids.includes(tenantId)));
    };
    return { batches, load: (id) => loadSummary(context, 'Tenant.things', id, { things: 0 }, batch) };
  }

  test('of a page of tenants is read at once, each of them once', async () => {
    const { load, batches } = asked(superadmin);
    const found = await Promise.all(['borealis', 'acme', 'borealis'].map(load));
    expect(found.map((summary) => summary?.things)).toEqual([5, 3, 5]);
    expect(batches).toEqual([['borealis', 'acme']]);
  });

  test('of a tenant that has nothing is empty', async () => {
    expect(await asked(superadmin).load('cascadia')).toEqual({ things: 0 });
  });

  test('of another tenant is nothing, and is not read', async () => {
    for (const identity of ofAcme) {
      const { load, batches } = asked(identity);
      expect(await Promise.all(['acme', 'borealis'].map(load))).toEqual([
        { tenantId: 'acme', things: 3 },
        null,
      ]);
      expect(batches).toEqual([['acme']]);
    }
  });
});

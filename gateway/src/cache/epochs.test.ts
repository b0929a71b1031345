import { describe, expect, test } from '@jest/globals';
import { epochsInMemory } from './epochs.ts';

describe('the epochs of a tenant’s rows', () => {
  test('change with the tenant’s own rows in a domain, and with those of everybody', async () => {
    const epochs = epochsInMemory();
    const seen = new Set<string>();
    const current = async (): Promise<boolean> => {
      const text = await epochs.current(['auth', 'templates'], 'acme');
      const isNew = !seen.has(text);
      seen.add(text);
      return isNew;
    };
    expect(await current()).toBe(true);
    expect(await current()).toBe(false);
    for (const change of [
      { domain: 'auth', tenantId: 'acme' },
      { domain: 'templates', tenantId: 'acme' },
      { domain: 'templates', tenantId: null },
    ]) {
      await epochs.advance(change);
      expect(await current()).toBe(true);
    }
    for (const change of [
      { domain: 'clients', tenantId: 'acme' },
      { domain: 'auth', tenantId: 'globex' },
    ]) {
      await epochs.advance(change);
      expect(await current()).toBe(false);
    }
  });

  test('of nobody’s tenant change with everybody’s rows alone', async () => {
    const epochs = epochsInMemory();
    const before = await epochs.current(['auth'], null);
    await epochs.advance({ domain: 'auth', tenantId: 'acme' });
    expect(await epochs.current(['auth'], null)).toBe(before);
    await epochs.advance({ domain: 'auth', tenantId: null });
    expect(await epochs.current(['auth'], null)).not.toBe(before);
  });

  test('never come again when too many have to be remembered', async () => {
    const epochs = epochsInMemory(3);
    const seen = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      seen.add(await epochs.current(['auth'], 'acme'));
      await epochs.advance({ domain: 'auth', tenantId: index % 4 === 0 ? 'acme' : `t${index}` });
    }
    // Each of its own changes is a new epoch, and so is each time that all are forgotten.
    expect(seen.size).toBeGreaterThanOrEqual(5);
    const last = await epochs.current(['auth'], 'acme');
    await epochs.advance({ domain: 'auth', tenantId: 'acme' });
    expect([...seen, last]).not.toContain(await epochs.current(['auth'], 'acme'));
  });
});

import { describe, expect, test } from '@jest/globals';
import { anIdentity } from '../testing/index.ts';
import { ofOwnTenant, tenantOf } from './tenant.ts';

describe('what somebody makes', () => {
  test('belongs to the own tenant, named or not', () => {
    for (const wanted of [undefined, null, 'acme'])
      expect(tenantOf({ role: 'admin', tenantId: 'acme' }, wanted)).toBe('acme');
  });

  test('belongs to whichever tenant a superadmin names', () => {
    expect(tenantOf({ role: 'superadmin', tenantId: null }, 'acme')).toBe('acme');
  });

  test.each(['admin', 'client', 'user'] as const)(
    'never belongs to another tenant when a %s asks',
    (role) => {
      for (const tenantId of ['acme', null])
        expect(() => tenantOf({ role, tenantId }, 'borealis')).toThrow('Only a superadmin');
    },
  );

  test('belongs to some tenant', () => {
    for (const role of ['superadmin', 'user'] as const)
      expect(() => tenantOf({ role, tenantId: null }, null)).toThrow('input.tenantId must be given');
  });
});

describe('the condition of a list', () => {
  const conditionOf = (parts: Parameters<typeof anIdentity>[0]) => {
    const { text, values } = ofOwnTenant({ identity: anIdentity({ userId: 'u', ...parts }) });
    return { text, values };
  };

  test('names the caller’s tenant', () => {
    expect(conditionOf({ role: 'admin', tenantId: 'acme' })).toEqual({
      text: 't.tenant_id = $1',
      values: ['acme'],
    });
  });

  test('lets who belongs to no tenant through to no row', () => {
    expect(conditionOf({ role: 'user', tenantId: null })).toEqual({
      text: 't.tenant_id = $1',
      values: [null],
    });
  });

  test('lets a superadmin through to all', () => {
    expect(conditionOf({ role: 'superadmin' }).text).toBe('true');
  });

  test('needs a login', () => {
    expect(() => ofOwnTenant({ identity: anIdentity() })).toThrow('Log in');
  });
});

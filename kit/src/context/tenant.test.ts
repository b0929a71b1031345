import { describe, expect, test } from '@jest/globals';
import { tenantOf } from './tenant.ts';

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

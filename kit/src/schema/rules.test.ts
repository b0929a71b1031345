import { describe, expect, test } from '@jest/globals';
import { amount, currency, newTenantId, region, tenantId, uuid } from './rules.ts';

describe('what an input may be', () => {
  test.each([
    ['a currency', currency, ['EUR', 'CHF', 'JPY'], ['eur', 'EURO', 'XYZ', '']],
    [
      'an amount',
      amount,
      ['0', '0.5', '9999999999.99'],
      ['-1', '1.001', '12345678901', '1e3', '.5', '1.', ''],
    ],
    ['a tenant', tenantId, ['acme', 'a'.repeat(50)], ['', 'a'.repeat(51)]],
    ['a new tenant', newTenantId, ['acme', 'a_1', 'a'.repeat(50)], ['', '1a', 'Acme', 'a-b', 'a'.repeat(51)]],
    ['a region', region, ['eu-central-1', 'a'.repeat(50)], ['', 'EU', 'eu_1', '1', 'a'.repeat(51)]],
    ['a UUID', uuid, ['018f2b5e-7c00-7000-8000-000000000001'], ['018f2b5e', '']],
  ])('%s', (_, rule, right, wrong) => {
    expect(right.filter((value) => !rule.safeParse(value).success)).toEqual([]);
    expect(wrong.filter((value) => rule.safeParse(value).success)).toEqual([]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { hashOf, noHash, type AuditRecord } from './entry.ts';

const record: Omit<AuditRecord, 'hash'> = {
  id: '01930001-0000-7000-8000-000000000001',
  chain: 'acme',
  sequence: 1,
  tenantId: 'acme',
  actorId: null,
  actorKind: 'service',
  action: 'things.makeThing',
  resourceType: 'Thing',
  resourceId: '1',
  before: null,
  after: { name: 'Roof', size: 2 },
  ipAddress: null,
  userAgent: null,
  requestId: 'r',
  previousHash: noHash,
  createdAt: '2026-01-31T09:30:00.000Z',
};

describe('the hash of an entry', () => {
  test('is the same whatever the order of its properties', () => {
    const turned = Object.fromEntries(Object.entries(record).reverse()) as typeof record;
    expect(hashOf({ ...turned, after: { size: 2, name: 'Roof' } })).toBe(hashOf(record));
  });

  test('regards no property that is not an entry’s', () => {
    expect(hashOf({ ...record, more: true } as typeof record)).toBe(hashOf(record));
  });

  test.each(Object.keys(record))('is another when %s is another', (property) => {
    expect(hashOf({ ...record, [property]: 'another' })).not.toBe(hashOf(record));
  });
});

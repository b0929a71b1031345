import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aUser, aCmsSubgraph } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aCmsSubgraph();
});
afterAll(() => subgraph.close());

describe('the cms subgraph', () => {
  test('reaches its database', async () => {
    await expect(subgraph.checkHealth()).resolves.toBeUndefined();
  });

  test('shows an admin nothing of an audit log to which nobody of the tenant has written', async () => {
    const { data, errors } = await run(
      subgraph,
      aUser(),
      '{ cmsAuditLog { totalCount edges { node { id } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ cmsAuditLog: { totalCount: 0, edges: [] } });
  });

  test('refuses its audit log to who may not read it', async () => {
    const result = await run(subgraph, aUser({ role: 'user' }), '{ cmsAuditLog { totalCount } }');
    expect(result.data).toEqual({ cmsAuditLog: null });
    expect(codes(result)).toEqual(['FORBIDDEN']);
  });
});

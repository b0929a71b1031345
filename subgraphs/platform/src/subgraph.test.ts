import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aUser, aPlatformSubgraph } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aPlatformSubgraph();
});
afterAll(() => subgraph.close());

describe('the platform subgraph', () => {
  test('reaches its database', async () => {
    await expect(subgraph.checkHealth()).resolves.toBeUndefined();
  });

  test('shows an admin nothing of an audit log to which nobody of the tenant has written', async () => {
    const { data, errors } = await run(
      subgraph,
      aUser(),
      '{ platformAuditLog { totalCount edges { node { id } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ platformAuditLog: { totalCount: 0, edges: [] } });
  });

  test('refuses its audit log to who may not read it', async () => {
    const result = await run(subgraph, aUser({ role: 'user' }), '{ platformAuditLog { totalCount } }');
    expect(result.data).toEqual({ platformAuditLog: null });
    expect(codes(result)).toEqual(['FORBIDDEN']);
  });
});

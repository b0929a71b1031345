import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aUser, aNotificationsSubgraph } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

describe('the notifications subgraph', () => {
  test('reaches its database', async () => {
    await expect(subgraph.checkHealth()).resolves.toBeUndefined();
  });

  test('shows an admin nothing of an audit log to which nobody of the tenant has written', async () => {
    const { data, errors } = await run(
      subgraph,
      aUser(),
      '{ notificationsAuditLog { totalCount edges { node { id } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ notificationsAuditLog: { totalCount: 0, edges: [] } });
  });

  test('refuses its audit log to who may not read it', async () => {
    const result = await run(subgraph, aUser({ role: 'user' }), '{ notificationsAuditLog { totalCount } }');
    expect(result.data).toEqual({ notificationsAuditLog: null });
    expect(codes(result)).toEqual(['FORBIDDEN']);
  });
});

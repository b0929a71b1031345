import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, aTenant, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

interface Figures {
  readonly tenants: number;
  readonly tenantsByStatus: readonly { readonly status: string; readonly count: number }[];
  readonly openSecurityEvents: number;
}

const figures = '{ platform { id tenants tenantsByStatus { status count } openSecurityEvents } }';

describe('the platform', () => {
  test('counts its tenants and what is open, exactly, in one statement', async () => {
    // Other suites make tenants meanwhile: the figures of one answer are held against each other.
    await aTenant(subgraph, { status: 'PROVISIONING' });
    await run(
      subgraph,
      system,
      'mutation { recordSecurityEvent(input: { severity: LOW, kind: "a", description: "b" }) { id } }',
    );
    let platform: Figures | undefined;
    const statements = await statementsOf(async () => {
      const { data, errors } = await run(subgraph, superadmin, figures);
      expect(errors).toBeUndefined();
      platform = data?.platform as Figures;
    });
    expect(statements.filter(({ text }) => text.includes('platform.tenants'))).toHaveLength(1);
    expect(platform?.tenants).toBe(platform?.tenantsByStatus.reduce((sum, { count }) => sum + count, 0));
    expect(platform?.tenantsByStatus.map(({ status }) => status)).toContain('PROVISIONING');
    expect(platform?.openSecurityEvents).toBeGreaterThan(0);
  });

  test('shows its services with their status', async () => {
    const name = `s-${newId()}`;
    await run(
      subgraph,
      superadmin,
      `mutation { registerService(input: { name: "${name}", kind: "worker", heartbeatSeconds: null }) { id } }`,
    );
    const { data } = await run(subgraph, superadmin, '{ platform { services { name status } } }');
    expect(data?.platform).toEqual({ services: expect.arrayContaining([{ name, status: 'UP' }]) });
  });

  test('is an entity of one id', async () => {
    const { data } = await run(
      subgraph,
      superadmin,
      'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Platform { id } } }',
      { all: ['platform', 'another'].map((id) => ({ __typename: 'Platform', id })) },
    );
    expect(data?._entities).toEqual([{ id: 'platform' }, null]);
  });

  test('is no concern of a tenant’s admin, with the scope too', async () => {
    const entity = `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Platform { tenants } } }`;
    const all = [{ __typename: 'Platform', id: 'platform' }];
    for (const who of [aUser(), aUser({ scopes: ['platform:read'] })])
      expect(codes(await run(subgraph, who, figures))).toEqual(['FORBIDDEN']);
    expect(codes(await run(subgraph, aUser(), entity, { all }))).toEqual(['FORBIDDEN']);
    const reader = aUser({ scopes: ['platform:read'] });
    expect((await run(subgraph, reader, entity, { all })).data).toEqual({ _entities: [null] });
  });
});

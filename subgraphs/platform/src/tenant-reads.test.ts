import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, aTenant, aTenantId, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

describe('the own tenant', () => {
  test.each(['admin', 'client', 'user'] as const)('is shown to its %s without its settings', async (role) => {
    const id = await aTenant(subgraph, { settings: { secret: 'plan' } });
    const { data, errors } = await run(
      subgraph,
      aUser({ role, tenantId: id }),
      '{ myTenant { id name environment status client { id } settings createdAt } }',
    );
    expect(errors?.map(({ path }) => path)).toEqual([['myTenant', 'settings']]);
    expect(data?.myTenant).toMatchObject({ id, name: id, environment: 'PRODUCTION', status: 'ACTIVE' });
    expect(data?.myTenant).toMatchObject({ client: { id }, settings: null });
  });

  test('is none for superadmins, and for whose tenant is not registered', async () => {
    for (const who of [superadmin, aUser()]) {
      expect(await run(subgraph, who, '{ myTenant { id } }')).toEqual({ data: { myTenant: null } });
    }
    expect(codes(await run(subgraph, anIdentity(), '{ myTenant { id } }'))).toEqual(['UNAUTHENTICATED']);
  });
});

describe('another tenant', () => {
  const all = `query ($id: ID!, $ids: [_Any!]!, $filter: TenantFilter) {
    tenant(id: $id) { name }
    tenants(filter: $filter) { totalCount edges { node { id } } }
    _entities(representations: $ids) { ... on Tenant { name } ... on Client { tenants { totalCount } } } }`;

  test('is not shown to who has been given the scope', async () => {
    const [own, other] = [await aTenant(subgraph), await aTenant(subgraph)];
    const reader = aUser({ tenantId: own, scopes: ['platform:read'] });
    const { data, errors } = await run(subgraph, reader, all, {
      id: other,
      ids: [
        { __typename: 'Tenant', id: other },
        { __typename: 'Tenant', id: own },
        { __typename: 'Client', id: other },
      ],
      filter: { id: { in: [own, other] } },
    });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      tenant: null,
      tenants: { totalCount: 1, edges: [{ node: { id: own } }] },
      _entities: [null, { name: own }, { tenants: { totalCount: 0 } }],
    });
  });

  test('is refused as a list to who has not', async () => {
    const who = aUser({ tenantId: await aTenant(subgraph) });
    const { data } = await run(
      subgraph,
      who,
      `{ tenants { totalCount } tenant(id: "${who.tenantId}") { id } }`,
    );
    expect(data).toEqual({ tenants: null, tenant: null });
  });
});

describe('reading tenants', () => {
  test('by filter and order takes one statement, the count included', async () => {
    const clientId = aTenantId();
    for (const name of ['B', 'A', 'C'])
      await aTenant(subgraph, {
        clientId,
        name,
        settings: { letter: name },
        environment: name === 'C' ? 'STAGING' : 'PRODUCTION',
      });
    const statements = await statementsOf(async () => {
      const { data, errors } = await run(
        subgraph,
        aUser({ scopes: ['platform:read'], role: 'superadmin' }),
        `{ tenants(filter: { clientId: { eq: "${clientId}" }, environment: { eq: PRODUCTION } },
          orderBy: { field: NAME, direction: DESC }) { totalCount edges { node { name } } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data?.tenants).toEqual({
        totalCount: 2,
        edges: [{ node: { name: 'B' } }, { node: { name: 'A' } }],
      });
    });
    expect(statements.filter(({ text }) => text.includes('"tenants"'))).toHaveLength(1);
  });

  test('by what their settings have', async () => {
    const mark = newId();
    const id = await aTenant(subgraph, { settings: { mark, other: 1 } });
    const { data } = await run(
      subgraph,
      superadmin,
      'query ($settings: JSON) { tenants(filter: { settings: { contains: $settings } }) { edges { node { id } } } }',
      { settings: { mark } },
    );
    expect(data?.tenants).toEqual({ edges: [{ node: { id } }] });
  });

  test('as entities and as those of many clients takes one statement each', async () => {
    const clients = [aTenantId(), aTenantId(), aTenantId()];
    const ids: string[] = [];
    for (const clientId of clients) ids.push(await aTenant(subgraph, { clientId }));
    const representations = [
      ...ids.map((id) => ({ __typename: 'Tenant', id })),
      ...clients.map((id) => ({ __typename: 'Client', id })),
    ];
    const statements = await statementsOf(async () => {
      const { data } = await run(
        subgraph,
        superadmin,
        `query ($all: [_Any!]!) { _entities(representations: $all) {
          ... on Tenant { name } ... on Client { tenants(first: 1) { totalCount edges { node { id } } } } } }`,
        { all: representations },
      );
      expect(data).toEqual({
        _entities: [
          ...ids.map((name) => ({ name })),
          ...ids.map((id) => ({ tenants: { totalCount: 1, edges: [{ node: { id } }] } })),
        ],
      });
    });
    expect(statements.filter(({ text }) => text.includes('"tenants"'))).toHaveLength(2);
  });
});

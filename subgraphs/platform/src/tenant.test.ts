import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, asOwner, aTenant, aTenantId, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

function create(who: Identity, parts: Record<string, unknown> = {}, key?: string) {
  const id = aTenantId();
  return run(
    subgraph,
    who,
    `mutation ($input: CreateTenantInput!, $key: String) { createTenant(input: $input, idempotencyKey: $key) {
      id name environment status region client { id } settings } }`,
    { input: { id, clientId: 'acme', name: 'Acme', ...parts }, key },
  );
}

const change = (who: Identity, source: string) => run(subgraph, who, `mutation { ${source} { id status } }`);

async function statusOf(id: string): Promise<unknown> {
  const { data } = await run(subgraph, superadmin, `{ tenant(id: "${id}") { status } }`);
  return (data?.tenant as { status: unknown }).status;
}

describe('making a tenant', () => {
  test('keeps what is given, and is in use at once', async () => {
    const id = aTenantId();
    const input = {
      id,
      name: 'Acme test',
      environment: 'STAGING',
      region: 'eu-central-1',
      settings: { a: 1 },
    };
    const { data, errors } = await create(superadmin, input);
    expect(errors).toBeUndefined();
    expect(data?.createTenant).toEqual({ ...input, status: 'ACTIVE', client: { id: 'acme' } });
  });

  test('twice with one idempotency key makes one', async () => {
    const id = aTenantId();
    const first = await create(superadmin, { id }, 'once');
    expect(first.errors).toBeUndefined();
    expect(await create(superadmin, { id }, 'once')).toEqual(first);
  });

  test('of an id that is taken is a conflict, with a key too when it is another client’s', async () => {
    const id = await aTenant(subgraph);
    expect(codes(await create(superadmin, { id }))).toEqual(['CONFLICT']);
    expect(codes(await create(superadmin, { id }, 'key'))).toEqual(['CONFLICT']);
  });

  test.each([
    ['id', { id: 'Acme' }],
    ['id', { id: '1a' }],
    ['id', { id: 'a'.repeat(51) }],
    ['clientId', { clientId: 'a b' }],
    ['name', { name: ' ' }],
    ['region', { region: 'EU' }],
    ['status', { status: 'SUSPENDED' }],
    ['settings', { settings: [1] }],
  ])('is refused for its %s: %j', async (field, input) => {
    const { errors } = await create(superadmin, input);
    expect(errors?.map(({ extensions }) => [extensions.code, extensions.field])).toEqual([
      ['BAD_USER_INPUT', `input.${field}`],
    ]);
  });

  test.each([
    ['a tenant’s admin', aUser()],
    ['an admin with the scope', aUser({ scopes: ['platform:read', 'platform:write'] })],
  ])('is refused to %s, and so is changing one', async (_, who) => {
    const id = aTenantId();
    expect(codes(await create(who, { id }))).toEqual(['FORBIDDEN']);
    await aTenant(subgraph, { id: who.tenantId });
    for (const source of [
      `updateTenant(id: "${who.tenantId}", input: { name: "Mine" })`,
      `suspendTenant(id: "${who.tenantId}")`,
      `activateTenant(id: "${who.tenantId}")`,
      `archiveTenant(id: "${who.tenantId}")`,
    ])
      expect(codes(await change(who, source))).toEqual(['FORBIDDEN']);
    const { data } = await run(
      subgraph,
      superadmin,
      `{ none: tenant(id: "${id}") { id } own: tenant(id: "${who.tenantId}") { name status } }`,
    );
    expect(data).toEqual({ none: null, own: { name: who.tenantId, status: 'ACTIVE' } });
  });
});

describe('changing a tenant', () => {
  test('keeps what is not named', async () => {
    const id = await aTenant(subgraph, { region: 'us-east-1', settings: { plan: 'gold' } });
    const { data, errors } = await run(
      subgraph,
      superadmin,
      `mutation { updateTenant(id: "${id}", input: { name: "New", environment: DEVELOPMENT, region: null }) {
        name environment region settings client { id } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.updateTenant).toEqual({
      name: 'New',
      environment: 'DEVELOPMENT',
      region: null,
      settings: { plan: 'gold' },
      client: { id },
    });
  });

  test('that is not there is NOT_FOUND, whatever is done to it', async () => {
    for (const source of ['updateTenant(id: "nobody", input: {})', 'suspendTenant(id: "nobody")'])
      expect(codes(await change(superadmin, source))).toEqual(['NOT_FOUND']);
  });

  test.each([
    ['PROVISIONING', [], { activate: 'ACTIVE', suspend: 'CONFLICT', archive: 'ARCHIVED' }],
    ['ACTIVE', [], { activate: 'CONFLICT', suspend: 'SUSPENDED', archive: 'ARCHIVED' }],
    ['ACTIVE', ['suspend'], { activate: 'ACTIVE', suspend: 'CONFLICT', archive: 'ARCHIVED' }],
    ['ACTIVE', ['archive'], { activate: 'ACTIVE', suspend: 'CONFLICT', archive: 'CONFLICT' }],
  ])('of status %s after %j goes where it may', async (status, before, outcomes) => {
    for (const [verb, outcome] of Object.entries(outcomes)) {
      const id = await aTenant(subgraph, { status });
      for (const first of before) await change(superadmin, `${first}Tenant(id: "${id}")`);
      const was = await statusOf(id);
      const result = await change(superadmin, `${verb}Tenant(id: "${id}")`);
      expect([verb, codes(result)[0] ?? (await statusOf(id))]).toEqual([verb, outcome]);
      if (outcome === 'CONFLICT') expect(await statusOf(id)).toBe(was);
    }
  });

  test('at the same time by two leaves one change of status', async () => {
    const id = await aTenant(subgraph);
    const results = await Promise.all([1, 2].map(() => change(superadmin, `suspendTenant(id: "${id}")`)));
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
  });

  test('past the application is refused by the database where the rules are broken', async () => {
    const id = await aTenant(subgraph, { status: 'PROVISIONING' });
    const broken = [
      ["status = 'suspended'", 'a tenant that is provisioning does not become suspended'],
      ["id = 'another_id'", 'the id of tenant'],
      ["region = 'EU 1'", 'tenants_region_form'],
      ["settings = '[]'", 'check constraint'],
    ] as const;
    for (const [assignment, message] of broken)
      await expect(asOwner(`update platform.tenants set ${assignment} where id = $1`, [id])).rejects.toThrow(
        message,
      );
    const active = await aTenant(subgraph);
    await expect(asOwner('delete from platform.tenants where id = $1', [active])).rejects.toThrow(
      'not being provisioned',
    );
  });
});

describe('undoing the making of a tenant', () => {
  const remove = (who: Identity, id: string) => run(subgraph, who, `mutation { deleteTenant(id: "${id}") }`);

  test('is the product’s own, and for one that is being provisioned', async () => {
    const id = await aTenant(subgraph, { status: 'PROVISIONING' });
    expect(codes(await remove(superadmin, id))).toEqual(['FORBIDDEN']);
    expect((await remove(system, id)).data).toEqual({ deleteTenant: id });
    expect(codes(await remove(system, id))).toEqual(['NOT_FOUND']);
  });

  test('is refused once it is in use', async () => {
    const id = await aTenant(subgraph);
    expect(codes(await remove(system, id))).toEqual(['CONFLICT']);
    expect(await statusOf(id)).toBe('ACTIVE');
  });
});

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

test('a tenant’s admin sees what was done to the tenant, and another’s does not', async () => {
  const id = await aTenant(subgraph);
  await change(superadmin, `suspendTenant(id: "${id}")`);
  const history = async (who: Identity) => {
    const { data } = await run(
      subgraph,
      who,
      `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant {
        history { totalCount edges { node { action after } } } } } }`,
      { all: [{ __typename: 'Tenant', id }] },
    );
    return data?._entities;
  };
  const edges = [
    { node: { action: 'platform.suspendTenant', after: { status: 'suspended' } } },
    { node: { action: 'platform.createTenant', after: expect.objectContaining({ name: id }) } },
  ];
  expect(await history(aUser({ tenantId: id }))).toEqual([{ history: { totalCount: 2, edges } }]);
  expect(await history(aUser())).toEqual([null]);
});

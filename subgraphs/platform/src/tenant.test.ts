import { afterAll, describe, expect, test } from '@jest/globals';
import { system, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
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
      `markTenantArchived(id: "${who.tenantId}", from: ACTIVE)`,
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
    ['PROVISIONING', [], { activate: 'ACTIVE', suspend: 'CONFLICT' }],
    ['ACTIVE', [], { activate: 'CONFLICT', suspend: 'SUSPENDED' }],
    ['ACTIVE', ['suspend'], { activate: 'ACTIVE', suspend: 'CONFLICT' }],
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

describe('the client of a tenant that is being provisioned', () => {
  async function clientOf(id: string): Promise<unknown> {
    const { data, errors } = await run(subgraph, superadmin, `{ tenant(id: "${id}") { client { id } } }`);
    expect(errors).toBeUndefined();
    return (data?.tenant as { client: unknown }).client;
  }

  test('is not shown where it is one of its own, until the tenant is in use', async () => {
    const id = aTenantId();
    await create(superadmin, { id, clientId: id, status: 'PROVISIONING' });
    expect(await clientOf(id)).toBeNull();
    await change(superadmin, `activateTenant(id: "${id}")`);
    expect(await clientOf(id)).toEqual({ id });
  });

  test('is shown where it has other tenants', async () => {
    const id = aTenantId();
    await create(superadmin, { id, clientId: 'acme', status: 'PROVISIONING' });
    expect(await clientOf(id)).toEqual({ id: 'acme' });
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

describe('a tenant that is made by a request with a key', () => {
  /** Somebody of the product, acting for a superadmin. */
  const product: Identity = { ...system, userId: superadmin.userId };
  const finish = (id: string, key: string) =>
    run(subgraph, product, `mutation { finishTenant(id: "${id}", idempotencyKey: "${key}") { id status } }`);
  const remove = (id: string, key: string) =>
    run(subgraph, product, `mutation { deleteTenant(id: "${id}", idempotencyKey: "${key}") }`);

  test('is put to use by that request, repeatedly, and by no other', async () => {
    const id = aTenantId();
    await create(superadmin, { id, clientId: id, status: 'PROVISIONING' }, 'mine');
    expect(codes(await finish(id, 'another'))).toEqual(['CONFLICT']);
    expect(await statusOf(id)).toBe('PROVISIONING');
    for (let time = 0; time < 2; time += 1)
      expect((await finish(id, 'mine')).data).toEqual({ finishTenant: { id, status: 'ACTIVE' } });
    await change(superadmin, `suspendTenant(id: "${id}")`);
    expect(codes(await finish(id, 'mine'))).toEqual(['CONFLICT']);
  });

  test('is undone by that request, repeatedly, and left alone by any other', async () => {
    const id = aTenantId();
    await create(superadmin, { id, clientId: id, status: 'PROVISIONING' }, 'mine');
    expect((await remove(id, 'another')).data).toEqual({ deleteTenant: id });
    expect(await statusOf(id)).toBe('PROVISIONING');
    for (let time = 0; time < 2; time += 1)
      expect((await remove(id, 'mine')).data).toEqual({ deleteTenant: id });
    const { data } = await run(subgraph, superadmin, `{ tenant(id: "${id}") { id } }`);
    expect(data).toEqual({ tenant: null });
  });

  test('is a conflict for a request with another key, whoever’s client it is', async () => {
    const id = aTenantId();
    await create(superadmin, { id }, 'mine');
    expect(codes(await create(superadmin, { id }, 'another'))).toEqual(['CONFLICT']);
  });
});

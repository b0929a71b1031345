import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const superadmin = aUser({ role: 'superadmin', tenantId: null });

const aClientId = (): string => `c_${newId().replaceAll('-', '')}`;

function provision(who: Identity, input: Record<string, unknown>, key?: string) {
  return run(
    subgraph,
    who,
    `mutation ($input: ProvisionClientInput!, $key: String) {
      provisionClient(input: $input, idempotencyKey: $key) { id tenantId name status tier owner { id } } }`,
    { input: { name: 'Acme', ...input }, key },
  );
}

async function nameOf(id: string): Promise<unknown> {
  const { data } = await run(subgraph, superadmin, 'query ($id: ID!) { client(id: $id) { name } }', { id });
  return data?.client;
}

describe('provisioning', () => {
  test('makes an active client of the caller’s tenant, owned by the caller, with nothing in it', async () => {
    const admin = aUser();
    const id = aClientId();
    const { data, errors } = await provision(admin, { id });
    expect(errors).toBeUndefined();
    expect(data?.provisionClient).toEqual({
      id,
      tenantId: admin.tenantId,
      name: 'Acme',
      status: 'ACTIVE',
      tier: 'free',
      owner: { id: admin.userId },
    });
    const lists = await run(
      subgraph,
      admin,
      `{ client(id: "${id}") { agents { totalCount } projects { totalCount } executions { totalCount }
        usage { totalCount } orchestratorStates { totalCount } settings contactEmail } }`,
    );
    const empty = { totalCount: 0 };
    expect(lists.data?.client).toEqual({
      agents: empty,
      projects: empty,
      executions: empty,
      usage: empty,
      orchestratorStates: empty,
      settings: {},
      contactEmail: null,
    });
  });

  test.each([
    ['a capital letter', 'Acme'],
    ['a digit in front', '1acme'],
    ['a hyphen', 'ac-me'],
    ['nothing', ''],
    ['51 characters', 'a'.repeat(51)],
    ['a line break at its end', 'acme\n'],
    ['SQL', 'a"; drop schema clients --'],
  ])('refuses an id of %s', async (_, id) => {
    const result = await provision(aUser(), { id });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.message).toContain('input.id');
    expect(await nameOf(id)).toBeNull();
  });

  test('takes an id of 50 characters', async () => {
    const id = aClientId().padEnd(50, '0');
    expect((await provision(aUser(), { id })).data?.provisionClient).toMatchObject({ id });
  });

  test.each([
    ['an empty name', { name: ' ' }],
    ['an owner that is no UUID', { ownerUserId: 'me' }],
    ['a contact that is no e-mail address', { contactEmail: 'nobody' }],
    ['settings that are no object', { settings: [1] }],
  ])('refuses %s and makes nothing', async (_, input) => {
    const id = aClientId();
    expect(codes(await provision(aUser(), { id, ...input }))).toEqual(['BAD_USER_INPUT']);
    expect(await nameOf(id)).toBeNull();
  });

  test('an id that is taken is a conflict, in any tenant, and changes nothing', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    const input = { id, name: 'Other' };
    expect(codes(await provision(admin, input))).toEqual(['CONFLICT']);
    expect(codes(await provision(aUser(), input))).toEqual(['CONFLICT']);
    expect(codes(await provision(aUser(), input, 'key'))).toEqual(['CONFLICT']);
    expect(await nameOf(id)).toEqual({ name: id });
  });

  test('of two at once with the same id one wins', async () => {
    const id = aClientId();
    const results = await Promise.all([provision(aUser(), { id }), provision(aUser(), { id })]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
    expect(results.filter(({ data }) => data?.provisionClient != null)).toHaveLength(1);
  });

  test('repeated with the same idempotency key, later or at once, makes one client', async () => {
    const admin = aUser();
    const id = aClientId();
    const [first, second] = await Promise.all([
      provision(admin, { id }, 'once'),
      provision(admin, { id }, 'once'),
    ]);
    expect(first.errors).toBeUndefined();
    expect(second).toEqual(first);
    expect(await provision(admin, { id }, 'once')).toEqual(first);
  });
});

describe('who provisions', () => {
  test('an admin in the own tenant alone', async () => {
    const id = aClientId();
    expect(codes(await provision(aUser(), { id, tenantId: 'another' }))).toEqual(['FORBIDDEN']);
    expect(await nameOf(id)).toBeNull();
  });

  test('a superadmin in any tenant, which has to be said', async () => {
    const { tenantId } = aUser();
    const id = aClientId();
    expect(codes(await provision(superadmin, { id }))).toEqual(['BAD_USER_INPUT']);
    const ownerUserId = newId();
    const { data } = await provision(superadmin, { id, tenantId, ownerUserId });
    expect(data?.provisionClient).toMatchObject({ tenantId, owner: { id: ownerUserId } });
  });

  test.each(['client', 'user'] as const)('nobody with the role %s', async (role) => {
    const id = aClientId();
    expect(codes(await provision(aUser({ role }), { id }))).toEqual(['FORBIDDEN']);
    expect(await nameOf(id)).toBeNull();
  });

  test('nobody who has not logged in', async () => {
    expect(codes(await provision(anIdentity(), { id: aClientId() }))).toEqual(['UNAUTHENTICATED']);
  });
});

describe('a change of a client', () => {
  const change = (who: Identity, id: string, input: Record<string, unknown>) =>
    run(
      subgraph,
      who,
      `mutation ($id: ID!, $input: UpdateClientInput!) {
        updateClient(id: $id, input: $input) { name tier contactEmail settings } }`,
      { id, input },
    );

  test('leaves what is not given as it was', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    await change(admin, id, { contactEmail: 'a@acme.example', settings: { a: 1 } });
    const { data } = await change(admin, id, { tier: 'pro' });
    const settings = { a: 1 };
    expect(data?.updateClient).toEqual({ name: id, tier: 'pro', contactEmail: 'a@acme.example', settings });
    expect((await change(admin, id, { contactEmail: null })).data?.updateClient).toMatchObject({
      contactEmail: null,
      tier: 'pro',
    });
  });

  test.each([{ name: null }, { name: '' }, { tier: 'x'.repeat(51) }, { settings: 'none' }])(
    '%j is refused',
    async (input) => {
      const admin = aUser();
      const id = await aClient(subgraph, admin);
      expect(codes(await change(admin, id, input))).toEqual(['BAD_USER_INPUT']);
      expect(await nameOf(id)).toEqual({ name: id });
    },
  );

  test('needs an admin, and a client that is there', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    const colleague = aUser({ role: 'client', tenantId: admin.tenantId });
    expect(codes(await change(colleague, id, { name: 'x' }))).toEqual(['FORBIDDEN']);
    expect(codes(await change(admin, aClientId(), { name: 'x' }))).toEqual(['NOT_FOUND']);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, codes, run } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, anInteraction, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

const create = (who: Identity, input: object, key?: string) =>
  run(
    subgraph,
    who,
    'mutation ($i: CreateCustomerInput!, $k: String) { createCustomer(input: $i, idempotencyKey: $k) { id email tenantId } }',
    { i: input, k: key },
  );
const update = (who: Identity, id: string, input: object) =>
  run(
    subgraph,
    who,
    'mutation ($id: ID!, $i: UpdateCustomerInput!) { updateCustomer(id: $id, input: $i) { email firstName tags customFields address { city country } } }',
    { id, i: input },
  );

/** The e-mail addresses that a list of the user has, in its order. */
async function emails(who: Identity, args: string): Promise<string[]> {
  const { customers } = await ask<{ customers: { edges: { node: { email: string } }[] } }>(
    subgraph,
    who,
    `{ customers(${args}) { edges { node { email } } } }`,
  );
  return customers.edges.map(({ node }) => node.email);
}

describe('a customer', () => {
  test('has all that it was made with, and is active', async () => {
    const admin = aUser();
    const input = {
      ...{ email: 'Ann.Lee@Example.com', firstName: 'Ann', lastName: 'Lee', company: 'Lee Roofs' },
      ...{ phone: '+41 44 000 00 00', source: 'fair', tags: ['vip', 'roof', 'vip'] },
      ...{ address: { line1: 'Quai 1', city: 'Zürich', country: 'CH' }, customFields: { vat: 'CHE-1' } },
    };
    const { data } = await create(admin, input);
    const { id } = data?.createCustomer as { id: string };
    const found = await ask(
      subgraph,
      admin,
      `{ customer(id: "${id}") { email firstName lastName company phone source status tags customFields
        tenantId tenant { id } address { line1 line2 city country } } }`,
    );
    expect(found.customer).toEqual({
      ...input,
      email: 'ann.lee@example.com',
      tags: ['vip', 'roof'],
      status: 'ACTIVE',
      tenantId: admin.tenantId,
      tenant: { id: admin.tenantId },
      address: { line1: 'Quai 1', line2: null, city: 'Zürich', country: 'CH' },
    });
  });

  test.each([
    [{ email: 'nobody' }, 'input.email'],
    [{ email: '' }, 'input.email'],
    [{ tags: [' '] }, 'input.tags.0'],
    [{ address: { country: 'Switzerland' } }, 'input.address.country'],
    [{ customFields: ['a'] }, 'input.customFields'],
  ])('is refused with %j', async (input, field) => {
    const result = await create(aUser(), { email: 'a@example.com', ...input });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
  });

  test('changes what is given, is emptied by null and keeps the rest', async () => {
    const admin = aUser();
    const id = await aCustomer(subgraph, admin, {
      ...{ email: 'b@example.com', firstName: 'Bo', tags: ['a'], customFields: { a: 1 } },
      address: { city: 'Bern' },
    });
    const { data } = await update(admin, id, { firstName: null, tags: null, address: { country: 'CH' } });
    expect(data?.updateCustomer).toEqual({
      ...{ email: 'b@example.com', firstName: null, tags: [], customFields: { a: 1 } },
      address: { city: null, country: 'CH' },
    });
  });
});

describe('an address of e-mail', () => {
  test('belongs to one customer of a tenant, however it is written', async () => {
    const admin = aUser();
    await aCustomer(subgraph, admin, { email: 'ann@example.com' });
    const second = await create(admin, { email: 'ANN@example.COM' });
    expect(codes(second)).toEqual(['CONFLICT']);
    expect(second.errors?.[0]?.extensions.field).toBe('input.email');

    const id = await aCustomer(subgraph, admin);
    const moved = await update(admin, id, { email: 'Ann@Example.com' });
    expect(codes(moved)).toEqual(['CONFLICT']);
    expect(moved.errors?.[0]?.extensions.field).toBe('input.email');
  });

  test('may be another tenant’s customer’s too', async () => {
    const [one, other] = [aUser(), aUser()];
    await aCustomer(subgraph, one, { email: 'ann@example.com' });
    expect((await create(other, { email: 'ann@example.com' })).errors).toBeUndefined();
  });

  test('of many that are made at once makes one customer', async () => {
    const admin = aUser();
    const results = await Promise.all(
      Array.from({ length: 5 }, () => create(admin, { email: 'ann@example.com' })),
    );
    expect(results.flatMap(codes)).toEqual(Array(4).fill('CONFLICT'));
    expect(await emails(admin, 'first: 9')).toEqual(['ann@example.com']);
  });
});

describe('an idempotency key', () => {
  test('makes the customer once, also when the request is repeated at the same time', async () => {
    const admin = aUser();
    const key = newId();
    const results = await Promise.all(
      Array.from({ length: 3 }, () => create(admin, { email: 'ann@example.com' }, key)),
    );
    const ids = results.map(({ data }) => (data?.createCustomer as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
  });

  test('does not hide that the address is another customer’s', async () => {
    const admin = aUser();
    await aCustomer(subgraph, admin, { email: 'ann@example.com' });
    expect(codes(await create(admin, { email: 'ann@example.com' }, newId()))).toEqual(['CONFLICT']);
  });
});

describe('the tenant of a new customer', () => {
  test('is the one that a superadmin names', async () => {
    const admin = aUser();
    const { data } = await create(aSuperadmin(), { email: 'a@example.com', tenantId: admin.tenantId });
    expect(data?.createCustomer).toMatchObject({ tenantId: admin.tenantId });
    expect(await emails(admin, 'first: 9')).toEqual(['a@example.com']);
  });

  test('must be named by a superadmin, and is nobody else’s choice', async () => {
    expect(codes(await create(aSuperadmin(), { email: 'a@example.com' }))).toEqual(['BAD_USER_INPUT']);
    const foreign = { email: 'a@example.com', tenantId: aUser().tenantId };
    expect(codes(await create(aUser(), foreign))).toEqual(['FORBIDDEN']);
  });
});

describe('customers are found by', () => {
  const admin = aUser();
  beforeAll(async () => {
    const customers = [
      {
        ...{ email: 'ann@roofs.example', firstName: 'Ann', lastName: 'Lee', company: 'Lee Roofs' },
        ...{ source: 'fair', tags: ['vip', 'roof'], customFields: { vat: 'CHE-1', size: 3 } },
      },
      {
        ...{
          email: 'bo@walls.example',
          firstName: 'Bo',
          lastName: 'Will',
          company: 'The Walls',
          status: 'INACTIVE',
        },
        ...{ source: 'web', tags: ['wall'], customFields: { vat: 'CHE-2', size: 3 } },
      },
      { email: 'cy@walls.example', company: 'The Walls', tags: ['vip'], status: 'ARCHIVED' },
    ];
    for (const input of customers) await aCustomer(subgraph, admin, input);
  });
  const [ann, bo, cy] = ['ann@roofs.example', 'bo@walls.example', 'cy@walls.example'];

  test.each([
    ['status', 'filter: { status: { in: [INACTIVE, ARCHIVED] } }', [bo, cy]],
    ['source', 'filter: { source: { eq: "fair" } }', [ann]],
    ['company', 'filter: { company: { startsWith: "the" } }', [bo, cy]],
    ['a tag', 'filter: { tags: { has: "vip" } }', [ann, cy]],
    ['all of some tags', 'filter: { tags: { hasEvery: ["roof", "vip"] } }', [ann]],
    ['any of some tags', 'filter: { tags: { hasSome: ["roof", "wall"] } }', [ann, bo]],
    ['what a custom field has', 'filter: { customFields: { contains: { vat: "CHE-2" } } }', [bo]],
    ['several custom fields', 'filter: { customFields: { contains: { size: 3, vat: "CHE-1" } } }', [ann]],
    ['a word of the company', 'text: "walls"', [bo, cy]],
    ['a name that is an ordinary word elsewhere', 'text: "Will"', [bo]],
    ['a part of the address of e-mail', 'text: "roofs"', [ann]],
    ['words together with a filter', 'text: "walls", filter: { status: { eq: ARCHIVED } }', [cy]],
  ])('%s', async (_, args, expected) => {
    expect(await emails(admin, `${args}, orderBy: { field: EMAIL }`)).toEqual(expected);
  });

  test('each order, and their count', async () => {
    expect(await emails(admin, 'orderBy: { field: LAST_NAME, direction: DESC }')).toEqual([bo, ann, cy]);
    expect(await emails(admin, 'first: 9')).toEqual([cy, bo, ann]);
    const { customers } = await ask(subgraph, admin, '{ customers(text: "walls", first: 1) { totalCount } }');
    expect(customers).toEqual({ totalCount: 2 });
  });

  test('no empty text', async () => {
    expect(codes(await run(subgraph, admin, '{ customers(text: " ") { totalCount } }'))).toEqual([
      'BAD_USER_INPUT',
    ]);
  });
});

describe('deleting a customer', () => {
  const remove = (who: Identity, id: string) =>
    run(subgraph, who, `mutation { deleteCustomer(id: "${id}") }`);

  test('takes the interactions along', async () => {
    const admin = aUser();
    const id = await aCustomer(subgraph, admin);
    const interaction = await anInteraction(subgraph, admin, { customerId: id });
    expect((await remove(admin, id)).data).toEqual({ deleteCustomer: id });
    const found = await ask(
      subgraph,
      admin,
      `{ customer(id: "${id}") { id } interaction(id: "${interaction}") { id } }`,
    );
    expect(found).toEqual({ customer: null, interaction: null });
  });

  test('is refused while there are leads', async () => {
    const admin = aUser();
    const id = await aCustomer(subgraph, admin);
    await aLead(subgraph, admin, { customerId: id });
    expect(codes(await remove(admin, id))).toEqual(['CONFLICT']);
  });
});

test('a user of the tenant reads customers and changes none', async () => {
  const admin = aUser();
  const user = aUser({ role: 'user', tenantId: admin.tenantId });
  const id = await aCustomer(subgraph, admin);
  expect((await ask(subgraph, user, `{ customer(id: "${id}") { id } }`)).customer).toEqual({ id });
  expect(codes(await update(user, id, { firstName: 'X' }))).toEqual(['FORBIDDEN']);
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
const fields = 'id name slug tenantId settings isActive';
const create = (input: object, idempotencyKey?: string) =>
  run(
    subgraph,
    superadmin,
    `mutation ($input: CreateOrganizationInput!, $idempotencyKey: String) {
      createOrganization(input: $input, idempotencyKey: $idempotencyKey) { ${fields} } }`,
    { input, idempotencyKey },
  );

async function anOrganization(): Promise<{ id: string; slug: string }> {
  const { data, errors } = await create({ name: `Org ${newId()}` });
  expect(errors).toBeUndefined();
  return data?.createOrganization as { id: string; slug: string };
}

const countByName = async (name: string): Promise<unknown> => {
  const source = 'query ($name: String!) { organizations(filter: { name: { eq: $name } }) { totalCount } }';
  return (await run(subgraph, superadmin, source, { name })).data?.organizations;
};

describe('creating an organization', () => {
  test('takes the slug from the name and the tenant from the slug', async () => {
    const id = newId();
    const { data, errors } = await create({ name: `Åke & Co. ${id}` });
    expect(errors).toBeUndefined();
    const slug = `ake-co-${id}`;
    expect(data?.createOrganization).toMatchObject({
      name: `Åke & Co. ${id}`,
      slug,
      tenantId: slug.replaceAll('-', '_'),
      settings: {},
      isActive: true,
    });
    const found = await run(subgraph, superadmin, `{ organizationBySlug(slug: "${slug}") { ${fields} } }`);
    expect(found.data?.organizationBySlug).toEqual(data?.createOrganization);
  });

  test('takes what is given', async () => {
    const id = newId();
    const given = {
      name: 'Given',
      slug: `g-${id}`,
      tenantId: `g_${id.replaceAll('-', '')}`,
      settings: { a: [1] },
    };
    expect((await create(given)).data?.createOrganization).toMatchObject(given);
  });

  test('with a slug or a tenant that is taken is a conflict, and makes nothing', async () => {
    const id = newId();
    await create({ name: 'First', slug: `s-${id}`, tenantId: `t_${id.replaceAll('-', '')}` });
    const name = `Second ${id}`;
    expect(codes(await create({ name, slug: `s-${id}` }))).toEqual(['CONFLICT']);
    expect(codes(await create({ name, tenantId: `t_${id.replaceAll('-', '')}` }))).toEqual(['CONFLICT']);
    expect(await countByName(name)).toEqual({ totalCount: 0 });
  });

  test('twice with the same idempotency key makes one', async () => {
    const name = `Once ${newId()}`;
    const first = await create({ name }, name);
    expect(first.errors).toBeUndefined();
    expect(await create({ name }, name)).toEqual(first);
    expect(await countByName(name)).toEqual({ totalCount: 1 });
  });

  test.each([
    ['input.name', { name: ' ' }],
    ['input.slug', { slug: 'Not A Slug' }],
    ['input.slug', { slug: 'a--b' }],
    ['input.tenantId', { tenantId: 'a-b' }],
    ['input.tenantId', { tenantId: '1a' }],
    ['input.settings', { settings: [] }],
  ])('refuses a bad %s: %j', async (field, input) => {
    const name = `Bad ${newId()}`;
    const result = await create({ name, ...input });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
    expect(await countByName(name)).toEqual({ totalCount: 0 });
  });
});

describe('an organization', () => {
  test('is updated in what is given', async () => {
    const { id, slug } = await anOrganization();
    const update = (input: string) =>
      run(
        subgraph,
        superadmin,
        `mutation { updateOrganization(id: "${id}", input: ${input}) { ${fields} } }`,
      );
    expect((await update('{ name: "Renamed", settings: { colour: "red" } }')).data).toMatchObject({
      updateOrganization: { name: 'Renamed', slug, settings: { colour: 'red' }, isActive: true },
    });
    expect((await update('{ isActive: false }')).data).toMatchObject({
      updateOrganization: { name: 'Renamed', settings: { colour: 'red' }, isActive: false },
    });
    expect(codes(await update('{ name: "" }'))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await update('{ isActive: null }'))).toEqual(['BAD_USER_INPUT']);
  });

  test('that nobody made is not found', async () => {
    for (const id of [newId(), 'x']) {
      const source = `mutation { updateOrganization(id: "${id}", input: { name: "X" }) { id } }`;
      expect(codes(await run(subgraph, superadmin, source))).toEqual(['NOT_FOUND']);
    }
  });

  test('lists its members', async () => {
    const { id } = await anOrganization();
    for (const name of ['Cleo', 'Ann', 'Ben']) {
      const input = `{ email: "${newId()}@test.example", name: "${name}", role: CLIENT, organizationId: "${id}" }`;
      await run(subgraph, superadmin, `mutation { createUser(input: ${input}) { id } }`);
    }
    const { data } = await run(
      subgraph,
      superadmin,
      `{ organization(id: "${id}") { users(first: 2) { totalCount edges { node { name organization { id } } } } } }`,
    );
    const edges = ['Ann', 'Ben'].map((name) => ({ node: { name, organization: { id } } }));
    expect(data).toEqual({ organization: { users: { totalCount: 3, edges } } });
  });
});

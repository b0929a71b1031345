import { afterAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { run, statementsOf } from '@cdx/kit/testing';
import type { Identity } from '@cdx/kit';
import { aTemplatesSubgraph, aUser } from './testing.ts';

const subgraph = aTemplatesSubgraph();
afterAll(() => subgraph.close());

const superadmin = aUser({ role: 'superadmin', tenantId: null });

async function create(
  identity: Identity,
  parts: Record<string, unknown> = {},
): Promise<{ id: string; key: string }> {
  const key = `persona-${newId()}`;
  const input = { key, name: 'Ann', category: 'sales', systemPrompt: 'Be kind.', ...parts };
  const { data, errors } = await run(
    subgraph,
    identity,
    'mutation ($input: CreatePersonaTemplateInput!) { createPersonaTemplate(input: $input) { id key } }',
    { input },
  );
  expect(errors).toBeUndefined();
  return data?.createPersonaTemplate as { id: string; key: string };
}

const codes = (result: { errors?: readonly { extensions: Record<string, unknown> }[] }): unknown[] =>
  (result.errors ?? []).map(({ extensions }) => extensions.code);

describe('a draft', () => {
  test('is seen by its maker and by superadmins, and by nobody else', async () => {
    const maker = aUser();
    const { id } = await create(maker);
    const read = (identity: Identity) => run(subgraph, identity, `{ personaTemplate(id: "${id}") { id } }`);
    expect((await read(maker)).data).toEqual({ personaTemplate: { id } });
    expect((await read(superadmin)).data).toEqual({ personaTemplate: { id } });
    expect((await read(aUser({ role: 'admin' }))).data).toEqual({ personaTemplate: null });
  });

  test('is seen by everybody once it is published, and never unpublished by being retired', async () => {
    const maker = aUser({ role: 'admin' });
    const { id } = await create(maker);
    await run(subgraph, maker, `mutation { publishPersonaTemplate(id: "${id}") { id } }`);
    const other = await run(subgraph, aUser(), `{ personaTemplate(id: "${id}") { status } }`);
    expect(other.data).toEqual({ personaTemplate: { status: 'PUBLISHED' } });
    await run(subgraph, maker, `mutation { retirePersonaTemplate(id: "${id}") { id } }`);
    const again = await run(subgraph, maker, `mutation { publishPersonaTemplate(id: "${id}") { id } }`);
    expect(codes(again)).toEqual(['CONFLICT']);
  });

  test('is published by its maker with the permission, whatever the role', async () => {
    const publish = async (maker: Identity, id: string) =>
      codes(await run(subgraph, maker, `mutation { publishPersonaTemplate(id: "${id}") { id } }`));
    const client = aUser();
    expect(await publish(client, (await create(client)).id)).toEqual(['FORBIDDEN']);
    const editor = aUser({
      role: 'user',
      scopes: ['templates:read', 'templates:write', 'templates:publish'],
    });
    expect(await publish(editor, (await create(editor)).id)).toEqual([]);
  });

  test('can be deleted; a published template cannot', async () => {
    const maker = aUser({ role: 'admin' });
    const { id } = await create(maker);
    const remove = `mutation { deletePersonaTemplate(id: "${id}") }`;
    await run(subgraph, maker, `mutation { publishPersonaTemplate(id: "${id}") { id } }`);
    expect(codes(await run(subgraph, maker, remove))).toEqual(['CONFLICT']);
    const draft = await create(maker);
    const removed = await run(subgraph, maker, `mutation { deletePersonaTemplate(id: "${draft.id}") }`);
    expect(removed.data).toEqual({ deletePersonaTemplate: draft.id });
  });
});

describe('writing', () => {
  test('a repeated create with the same idempotency key makes one template', async () => {
    const maker = aUser();
    const mutation = `mutation { createPersonaTemplate(idempotencyKey: "once", input: {
      key: "k-${newId()}", name: "A", category: "b", systemPrompt: "c" }) { id } }`;
    const first = await run(subgraph, maker, mutation);
    const second = await run(subgraph, maker, mutation);
    expect(first.errors).toBeUndefined();
    expect(second).toEqual(first);
  });

  test('a key that is taken is a conflict', async () => {
    const maker = aUser();
    const { key } = await create(maker);
    const result = await run(
      subgraph,
      maker,
      `mutation { createPersonaTemplate(input: { key: "${key}", name: "A", category: "b", systemPrompt: "c" }) { id } }`,
    );
    expect(codes(result)).toEqual(['CONFLICT']);
  });

  test('a text that uses an undeclared variable is refused and names it', async () => {
    const result = await run(
      subgraph,
      aUser(),
      `mutation { createPersonaTemplate(input: { key: "x", name: "A", category: "b", systemPrompt: "{{who}}" }) { id } }`,
    );
    expect(result.errors?.[0]?.message).toContain('{{who}} is not');
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  });

  test('somebody else’s template is refused, and left as it is', async () => {
    const { id } = await create(aUser());
    await run(subgraph, superadmin, `mutation { publishPersonaTemplate(id: "${id}") { id } }`);
    const update = `mutation { updatePersonaTemplate(id: "${id}", input: { name: "Mine" }) { id } }`;
    expect(codes(await run(subgraph, aUser({ role: 'admin' }), update))).toEqual(['FORBIDDEN']);
    const { data } = await run(subgraph, superadmin, `{ personaTemplate(id: "${id}") { name } }`);
    expect(data).toEqual({ personaTemplate: { name: 'Ann' } });
  });

  test('of two changes to the same version one wins', async () => {
    const maker = aUser({ role: 'admin' });
    const { id } = await create(maker);
    await run(subgraph, maker, `mutation { publishPersonaTemplate(id: "${id}") { id } }`);
    const change = (name: string) =>
      run(
        subgraph,
        maker,
        `mutation { updatePersonaTemplate(id: "${id}", input: { name: "${name}", expectedVersion: 1 }) { version } }`,
      );
    const results = await Promise.all([change('One'), change('Two')]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
  });
});

describe('lists', () => {
  test('the templates of many users take one statement, their counts included', async () => {
    const makers = [aUser(), aUser(), aUser()];
    await Promise.all(makers.map((maker) => create(maker)));
    const representations = makers.map(({ userId }) => ({ __typename: 'User', id: userId }));
    const statements = await statementsOf(async () => {
      const { data } = await run(
        subgraph,
        superadmin,
        `query ($representations: [_Any!]!) { _entities(representations: $representations) {
          ... on User { personaTemplates(first: 5) { totalCount edges { node { name } } } } } }`,
        { representations },
      );
      const page = { totalCount: 1, edges: [{ node: { name: 'Ann' } }] };
      expect(data).toEqual({ _entities: makers.map(() => ({ personaTemplates: page })) });
    });
    expect(statements).toHaveLength(1);
  });

  test.each([
    ['filter: {id: {eq: "not-a-uuid"}}', 'filter.id.eq must be a UUID'],
    ['after: "nonsense"', 'after must be a cursor that this list returned in this order'],
    ['first: 201', 'first must be between 0 and 200'],
    ['first: -1', 'first must be between 0 and 200'],
    ['first: 1, last: 1', 'last must be left out where first is given'],
    ['filter: {name: {eq: null}}', 'filter.name.eq must be a value; isNull asks for absence'],
    ['filter: {or: []}', 'filter.or must be a list with at least one filter'],
  ])('(%s) is refused with a sentence', async (args, message) => {
    const result = await run(subgraph, aUser(), `{ personaTemplates(${args}) { edges { cursor } } }`);
    expect(result.errors?.[0]?.message).toBe(message);
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
  });

  test('nobody reads without having logged in', async () => {
    const result = await run(
      subgraph,
      { ...aUser(), userId: null, role: 'anonymous' },
      '{ personaTemplates { edges { cursor } } }',
    );
    expect(codes(result)).toEqual(['UNAUTHENTICATED']);
  });
});

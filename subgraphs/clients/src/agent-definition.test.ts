import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const superadmin = aUser({ role: 'superadmin', tenantId: null });

function create(who: Identity, input: Record<string, unknown> = {}, key?: string) {
  return run(
    subgraph,
    who,
    `mutation ($input: CreateAgentDefinitionInput!, $key: String) {
      createAgentDefinition(input: $input, idempotencyKey: $key) { id key isActive capabilities defaultConfig } }`,
    { input: { key: `d-${newId()}`, name: 'Planner', category: 'test', ...input }, key },
  );
}

async function aDefinition(input: Record<string, unknown> = {}): Promise<{ id: string; key: string }> {
  const { data, errors } = await create(superadmin, input);
  expect(errors).toBeUndefined();
  return data?.createAgentDefinition as { id: string; key: string };
}

function change(who: Identity, id: string, input: string) {
  return run(
    subgraph,
    who,
    `mutation { updateAgentDefinition(id: "${id}", input: ${input}) { name isActive capabilities } }`,
  );
}

describe('agent definitions', () => {
  test('are there from the start, and read by everybody who has logged in', async () => {
    const query = '{ agentDefinitionByKey(key: "developer") { name category capabilities } }';
    const { data } = await run(subgraph, aUser({ role: 'user' }), query);
    const capabilities = ['code', 'review', 'test'];
    expect(data?.agentDefinitionByKey).toEqual({ name: 'Developer', category: 'engineering', capabilities });
    expect(codes(await run(subgraph, anIdentity(), query))).toEqual(['UNAUTHENTICATED']);
  });

  test('are found by id, by key, by filter and as entities', async () => {
    const { id, key } = await aDefinition({ capabilities: ['plan'] });
    const { data, errors } = await run(
      subgraph,
      aUser(),
      `query ($all: [_Any!]!) {
        agentDefinition(id: "${id}") { key }
        agentDefinitionByKey(key: "${key}") { id }
        agentDefinitions(filter: { key: { eq: "${key}" }, isActive: { eq: true } }) { edges { node { id } } totalCount }
        _entities(representations: $all) { ... on AgentDefinition { id key } }
        none: agentDefinition(id: "nonsense") { id } }`,
      {
        all: [
          { __typename: 'AgentDefinition', id },
          { __typename: 'AgentDefinition', key },
          { __typename: 'AgentDefinition', id: newId() },
        ],
      },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      agentDefinition: { key },
      agentDefinitionByKey: { id },
      agentDefinitions: { edges: [{ node: { id } }], totalCount: 1 },
      _entities: [{ id, key }, { id, key }, null],
      none: null,
    });
  });

  test('are active when made, with an empty configuration unless one is given', async () => {
    const { data } = await create(superadmin);
    const made = { isActive: true, capabilities: [], defaultConfig: {} };
    expect(data?.createAgentDefinition).toMatchObject(made);
  });

  test.each(['admin', 'client', 'user'] as const)('are not written by the role %s', async (role) => {
    const key = `d-${newId()}`;
    expect(codes(await create(aUser({ role }), { key }))).toEqual(['FORBIDDEN']);
    const { id } = await aDefinition();
    expect(codes(await change(aUser({ role }), id, '{ name: "Mine" }'))).toEqual(['FORBIDDEN']);
    const { data } = await run(
      subgraph,
      superadmin,
      `{ agentDefinition(id: "${id}") { name } agentDefinitionByKey(key: "${key}") { id } }`,
    );
    expect(data).toEqual({ agentDefinition: { name: 'Planner' }, agentDefinitionByKey: null });
  });

  test('made twice with one idempotency key are one', async () => {
    const input = { key: `d-${newId()}` };
    const first = await create(superadmin, input, input.key);
    expect(first.errors).toBeUndefined();
    expect(await create(superadmin, input, input.key)).toEqual(first);
  });

  test('with a key that is taken are a conflict', async () => {
    const { key } = await aDefinition();
    expect(codes(await create(superadmin, { key }))).toEqual(['CONFLICT']);
  });

  test.each([
    { key: 'Not A Key' },
    { name: '' },
    { category: ' ' },
    { defaultConfig: 1 },
    { capabilities: [''] },
  ])('with %j are refused', async (input) => {
    expect(codes(await create(superadmin, input))).toEqual(['BAD_USER_INPUT']);
  });

  test('keep what a change does not name', async () => {
    const { id } = await aDefinition({ capabilities: ['plan'] });
    const { data } = await change(superadmin, id, '{ name: "Other" }');
    const changed = { name: 'Other', isActive: true, capabilities: ['plan'] };
    expect(data?.updateAgentDefinition).toEqual(changed);
    expect(codes(await change(superadmin, newId(), '{ name: "Other" }'))).toEqual(['NOT_FOUND']);
  });

  test('that are inactive get no new agents, and keep those they have', async () => {
    const { id } = await aDefinition();
    const admin = aUser();
    const client = await aClient(subgraph, admin);
    const agent = `mutation { createAgentInstance(clientId: "${client}", input: { definitionId: "${id}", name: "A" }) { definition { id } } }`;
    expect((await run(subgraph, admin, agent)).errors).toBeUndefined();
    await change(superadmin, id, '{ isActive: false }');
    expect(codes(await run(subgraph, admin, agent))).toEqual(['BAD_USER_INPUT']);
    const { data } = await run(
      subgraph,
      admin,
      `{ client(id: "${client}") { agents { edges { node { definition { id isActive } } } } } }`,
    );
    expect(data?.client).toEqual({ agents: { edges: [{ node: { definition: { id, isActive: false } } }] } });
  });
});

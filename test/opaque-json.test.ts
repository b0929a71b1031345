import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, logIn, tenantAdmin } from './support/ask.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';
import { listen, listenByWebSocket } from './support/listen.ts';

/** What an agent may be configured with: nobody in the product looks inside. */
const config = {
  empty: {},
  nothing: null,
  numbers: [0, -1.5, 1e21, 0.1],
  texts: ['"', '\\', '\n', 'ü', '\u2028', 'json-text-0', '{"a": 1}'],
  deep: { list: [[{ __typename: 'Agent', id: 1 }]] },
};

describe.each(topologies)('JSON that is passed on as text, %s', (topology) => {
  let gateway: TestGateway;
  let token: string;
  let clientId: unknown;
  let id: unknown;

  beforeAll(async () => {
    gateway = await aGateway(topology);
    token = await logIn(gateway, tenantAdmin);
    const ids = await ask(
      gateway,
      '{ clients(first: 1) { edges { node { id } } } agentDefinitions(first: 1) { edges { node { id } } } }',
      { token },
    );
    clientId = at(ids, 'clients', 'edges', 0, 'node', 'id');
    const input = {
      definitionId: at(ids, 'agentDefinitions', 'edges', 0, 'node', 'id'),
      name: 'Opaque',
      config,
    };
    const made = await ask(
      gateway,
      `mutation ($clientId: ID!, $input: CreateAgentInstanceInput!) {
        createAgentInstance(clientId: $clientId, input: $input) { id config } }`,
      { token, variables: { clientId, input } },
    );
    expect(at(made, 'createAgentInstance', 'config')).toMatchObject(config);
    id = at(made, 'createAgentInstance', 'id');
  });
  afterAll(() => gateway.close());

  test('means what was written, by itself, in a list and beside others of its kind', async () => {
    const query = `query ($clientId: ID!, $id: ID!) {
      agentInstance(clientId: $clientId, id: $id) { config again: config definition { defaultConfig } client { settings } }
      client(id: $clientId) { settings agents(filter: { name: { eq: "Opaque" } }) { edges { node { id config } } } } }`;
    const answer = await ask(gateway, query, { token, variables: { clientId, id } });
    expect(answer.errors).toEqual([]);
    expect(at(answer, 'agentInstance')).toMatchObject({
      config,
      again: config,
      definition: { defaultConfig: {} },
    });
    expect(at(answer, 'agentInstance', 'client')).toEqual({ settings: at(answer, 'client', 'settings') });
    const found = at(answer, 'client', 'agents', 'edges') as readonly {
      node: { id: unknown; config: unknown };
    }[];
    expect(found.find(({ node }) => node.id === id)?.node.config).toMatchObject(config);
  });

  test('means the same in an event and in a message of a WebSocket', async () => {
    const query = `query ($clientId: ID!, $id: ID!) {
      agentInstance(clientId: $clientId, id: $id) { config }
      refused: timeline(first: 0) { edges { cursor } } }`;
    const asked = { token, variables: { clientId, id } };
    const usual = await ask(gateway, query, asked);
    expect(at(usual, 'agentInstance')).toMatchObject({ config });
    expect(usual.errors).toHaveLength(1);
    for (const told of [await listen(gateway, query, asked), listenByWebSocket(gateway, query, asked)]) {
      const { data, errors = [] } = await told.next();
      told.stop();
      expect([data, errors.map(({ extensions }) => extensions)]).toEqual([
        usual.data,
        usual.errors.map(({ extensions }) => extensions),
      ]);
    }
  });
});

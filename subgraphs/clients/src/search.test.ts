import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity, type SearchHit } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

/** A word that nothing else has. */
const word = `zebra${newId().replaceAll('-', '')}`;
const definition = '01930001-0000-7000-8000-000000000001';

const superadmin = { ...anIdentity({ role: 'superadmin' }), userId: newId() };
const [owner, stranger] = [aUser(), aUser()];

interface Made {
  readonly client: string;
  readonly agent: string;
  readonly memory: string;
  readonly project: string;
  readonly execution: string;
}
let [first, second, others]: Made[] = [];

async function made(who: Identity, source: string): Promise<string> {
  return (await ask<{ made: { id: string } }>(subgraph, who, `mutation { made: ${source} { id } }`)).made.id;
}

/** A client of somebody with one of everything that has the word, but for the client itself. */
async function aFullClient(who: Identity): Promise<Made> {
  const client = await aClient(subgraph, who);
  const agent = await made(
    who,
    `createAgentInstance(clientId: "${client}", input: { definitionId: "${definition}", name: "The ${word}" })`,
  );
  const memory = `input: { content: "Whoever rides calls it a ${word}." }`;
  const execution = `input: { agentInstanceId: "${agent}", workflowName: "${word}" }`;
  return {
    ...{ client, agent },
    memory: await made(
      who,
      `createAgentMemory(clientId: "${client}", agentInstanceId: "${agent}", ${memory})`,
    ),
    project: await made(
      who,
      `createClientProject(clientId: "${client}", input: { name: "Ride", description: "On a ${word}" })`,
    ),
    execution: await made(who, `queueWorkflowExecution(clientId: "${client}", ${execution})`),
  };
}

beforeAll(async () => {
  first = await aFullClient(owner);
  second = await aFullClient(owner);
  others = await aFullClient(stranger);
});

const search = async (who: Identity, args = '', text = word): Promise<SearchHit[]> =>
  (
    await ask<{ clientsSearch: SearchHit[] }>(
      subgraph,
      who,
      `query ($text: String!) { clientsSearch(text: $text${args}) {
        type id clientId tenantId title highlight rank } }`,
      { text },
    )
  ).clientsSearch;

const idsOf = (hits: readonly SearchHit[]): string[] => hits.map(({ id }) => id).toSorted();
const idsIn = (...all: (Made | undefined)[]): string[] =>
  all.flatMap((one) => (one ? [one.agent, one.memory, one.project, one.execution] : [])).toSorted();

describe('a search', () => {
  test('finds what lies in the schemas of a tenant’s clients, best first, by one statement', async () => {
    const hits: SearchHit[] = [];
    const statements = await statementsOf(async () => hits.push(...(await search(owner))));
    expect(statements).toHaveLength(1);
    expect(idsOf(hits)).toEqual(idsIn(first, second));
    expect(hits.map(({ type }) => type)).toEqual([
      ...['AgentInstance', 'AgentInstance', 'WorkflowExecution', 'WorkflowExecution'],
      ...['ClientProject', 'ClientProject', 'AgentMemory', 'AgentMemory'],
    ]);
    expect(hits.find(({ id }) => id === first?.memory)).toEqual({
      ...{ type: 'AgentMemory', id: first?.memory, clientId: first?.client, tenantId: owner.tenantId },
      ...{
        title: `The ${word}`,
        highlight: expect.stringContaining(`**${word}**`),
        rank: expect.any(Number),
      },
    });
  });

  test('finds the best of all clients when fewer are asked for', async () => {
    expect((await search(owner, ', first: 3')).map(({ type }) => type)).toEqual([
      ...['AgentInstance', 'AgentInstance', 'WorkflowExecution'],
    ]);
  });

  test('finds a client by its name and its id, and a definition by its texts', async () => {
    const name = first?.client.split('_')[1] ?? '';
    expect(await search(owner, '', name)).toMatchObject([
      {
        ...{ type: 'Client', id: first?.client, clientId: null, tenantId: owner.tenantId },
        highlight: expect.stringContaining(`**${name}**`),
      },
    ]);
    expect(await search(owner, '', 'edits texts voice')).toMatchObject([
      { type: 'AgentDefinition', id: definition, tenantId: null, title: 'Copywriter' },
    ]);
  });

  test('takes the stems of words, and words without another', async () => {
    expect(idsOf(await search(owner, '', `riding "${word}"`))).toEqual(
      [first, second].flatMap((one) => (one ? [one.memory, one.project] : [])).toSorted(),
    );
    expect(idsOf(await search(owner, '', `${word} -ride -called`))).toEqual(
      [first, second].flatMap((one) => (one ? [one.agent, one.execution] : [])).toSorted(),
    );
  });

  test('finds nothing of another tenant, whichever is named', async () => {
    expect(idsOf(await search(stranger))).toEqual(idsIn(others));
    expect(await search(stranger, `, tenantId: "${owner.tenantId}"`)).toEqual([]);
    expect(await search(stranger, '', first?.client)).toEqual([]);
    expect(await search(aUser())).toEqual([]);
  });

  test('finds in all tenants for a superadmin, or in the one that is named', async () => {
    const statements = await statementsOf(async () =>
      expect(idsOf(await search(superadmin))).toEqual(idsIn(first, second, others)),
    );
    expect(statements).toHaveLength(1);
    expect(idsOf(await search(superadmin, `, tenantId: "${stranger.tenantId}"`))).toEqual(idsIn(others));
  });

  test('finds memories for those alone who may search them', async () => {
    const reader = { ...owner, scopes: ['clients:read'] };
    expect((await search(reader)).map(({ type }) => type)).not.toContain('AgentMemory');
    expect(idsOf(await search(reader))).toHaveLength(6);
  });

  test.each(["'", '" or', '-', ':*', '\\', '!&|', '%1$I', '$1'])(
    'for %j answers with no fault',
    async (text) => {
      expect(await search(owner, '', text)).toEqual([]);
    },
  );

  test.each(['(text: " ")', '(text: "a", first: 0)', '(text: "a", first: 101)'])(
    '%s is refused',
    async (args) => {
      expect(codes(await run(subgraph, owner, `{ clientsSearch${args} { id } }`))).toEqual([
        'BAD_USER_INPUT',
      ]);
    },
  );

  test('is not for who has no scope', async () => {
    const nobody = aUser({ scopes: [] });
    expect(codes(await run(subgraph, nobody, '{ clientsSearch(text: "a") { id } }'))).toEqual(['FORBIDDEN']);
  });
});

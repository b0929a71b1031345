import { afterAll, expect, test } from '@jest/globals';
import { system, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aPlatformSubgraph, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const way = (sourceType: string, targetField: string) => ({
  sourceService: 'auth',
  sourceType,
  targetService: 'clients',
  targetField,
  relation: 'references',
});

const replace = (input: readonly Record<string, unknown>[], who: Identity = system) =>
  run(subgraph, who, 'mutation ($input: [DataLineageInput!]!) { replaceDataLineage(input: $input) }', {
    input,
  });

async function lineage(): Promise<unknown> {
  const { data, errors } = await run(
    subgraph,
    superadmin,
    `{ dataLineage { totalCount edges { node { id sourceType targetField description } } } }`,
  );
  expect(errors).toBeUndefined();
  return data?.dataLineage;
}

// One test: the table is replaced as a whole, and so is everybody's.
test('the lineage is replaced as a whole, in one piece', async () => {
  const [owner, maker] = [way('User', 'Client.owner'), way('User', 'AgentInstance.createdBy')];
  expect((await replace([owner, { ...maker, description: 'Who made it' }, owner])).data).toEqual({
    replaceDataLineage: 2,
  });
  const before = await lineage();
  expect(before).toMatchObject({
    totalCount: 2,
    edges: [
      { node: { sourceType: 'User', targetField: 'AgentInstance.createdBy', description: 'Who made it' } },
      { node: { sourceType: 'User', targetField: 'Client.owner', description: null } },
    ],
  });

  // A row that may not be leaves all as it was.
  expect(codes(await replace([owner, { ...maker, relation: ' ' }]))).toEqual(['BAD_USER_INPUT']);
  expect(codes(await replace([], superadmin))).toEqual(['FORBIDDEN']);
  expect(await lineage()).toEqual(before);

  // Two at the same time follow one another, and the same way keeps its id.
  const results = await Promise.all([replace([owner]), replace([owner])]);
  expect(results.flatMap(codes)).toEqual([]);
  const { edges } = before as { edges: unknown[] };
  expect(await lineage()).toEqual({ totalCount: 1, edges: [edges[1]] });

  for (const who of [aUser(), aUser({ scopes: ['platform:read'] })])
    expect(codes(await run(subgraph, who, '{ dataLineage { totalCount } }'))).toEqual(['FORBIDDEN']);
});

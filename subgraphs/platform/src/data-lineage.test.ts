import { afterAll, expect, test } from '@jest/globals';
import type { Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aPlatformSubgraph, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const way = (sourceType: string, targetField: string) => ({
  sourceService: 'crm',
  sourceType,
  targetService: 'perfex',
  targetField,
  relation: 'copies',
});

const replace = (input: readonly Record<string, unknown>[], who: Identity = superadmin) =>
  run(subgraph, who, 'mutation ($input: [DataLineageInput!]!) { replaceRecordedLineage(input: $input) }', {
    input,
  });

interface Lineage {
  readonly totalCount: number;
  readonly edges: readonly unknown[];
}

async function lineage(): Promise<Lineage> {
  const { data, errors } = await run(
    subgraph,
    superadmin,
    `{ recordedLineage { totalCount edges { node { id sourceType targetField description } } } }`,
  );
  expect(errors).toBeUndefined();
  return data?.recordedLineage as Lineage;
}

/** What the audit log has of lineage, newest first. */
async function entries(): Promise<readonly unknown[]> {
  const { data } = await run(
    subgraph,
    superadmin,
    `{ platformAuditLog(first: 3, filter: { resourceType: { eq: "DataLineage" } }) { edges { node { before after } } } }`,
  );
  return (data?.platformAuditLog as Lineage).edges;
}

// One test: the lineage is replaced as a whole, and so is everybody's.
test('the recorded lineage is replaced as a whole, in one piece', async () => {
  const [owner, maker] = [way('Customer', 'tblclients.email'), way('Customer', 'tblclients.company')];
  const described = { ...maker, description: 'Every night' };
  expect((await replace([owner, described, owner])).data).toEqual({ replaceRecordedLineage: 2 });
  const before = await lineage();
  expect(before).toMatchObject({
    totalCount: 2,
    edges: [
      { node: { sourceType: 'Customer', targetField: 'tblclients.company', description: 'Every night' } },
      { node: { sourceType: 'Customer', targetField: 'tblclients.email', description: null } },
    ],
  });

  // A row that may not be leaves all as it was, and so does somebody who may not.
  expect(codes(await replace([owner, { ...maker, relation: ' ' }]))).toEqual(['BAD_USER_INPUT']);
  for (const who of [aUser(), aUser({ scopes: ['platform:read', 'platform:write'] })]) {
    expect(codes(await replace([], who))).toEqual(['FORBIDDEN']);
    expect(codes(await run(subgraph, who, '{ recordedLineage { totalCount } }'))).toEqual(['FORBIDDEN']);
  }
  expect(await lineage()).toEqual(before);

  // What is the same stays, with its id, and the audit log has what was not.
  await replace([{ ...maker, description: 'Every hour' }]);
  const [changed, gone] = await entries();
  expect(changed).toEqual({
    node: { before: { description: 'Every night' }, after: { description: 'Every hour' } },
  });
  expect(gone).toMatchObject({ node: { before: { targetField: 'tblclients.email' }, after: null } });

  // Two at the same time follow one another.
  const results = await Promise.all([replace([owner]), replace([owner])]);
  expect(results.flatMap(codes)).toEqual([]);
  expect(await lineage()).toEqual({ totalCount: 1, edges: [before.edges[1]] });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { ask, statementsOf } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, anInteraction, aPipeline, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

const admin = aUser();
const assignees = [newId(), newId()];
const leads: string[] = [];

/** Four customers with two leads each, and an interaction about each lead. */
beforeAll(async () => {
  await aPipeline(subgraph, admin);
  for (let index = 0; index < 4; index += 1) {
    const customerId = await aCustomer(subgraph, admin);
    for (const assignedTo of assignees) {
      const leadId = await aLead(subgraph, admin, { customerId, assignedTo });
      leads.push(leadId);
      await anInteraction(subgraph, admin, { customerId, leadId });
    }
  }
});

/** The tables that the statements of a query read, in the order they were sent. */
async function tablesOf(query: string, variables = {}): Promise<string[]> {
  const statements = await statementsOf(() => ask(subgraph, admin, query, variables));
  return statements.map(
    ({ text }) => /"crm"\."(\w+)"/.exec(text)?.[1] ?? /crm\.(\w+)/.exec(text)?.[1] ?? text,
  );
}

describe('a query takes one statement for each table', () => {
  test.each([
    ['customers with their leads and timelines', ['customers', 'leads', 'interactions'], ''],
    ['the same with the count of every list', ['customers', 'leads', 'interactions'], 'totalCount'],
  ])('%s', async (_, tables, count) => {
    const query = `{ customers(first: 10) { ${count} edges { node { email tenant { id }
      leads(first: 5) { ${count} edges { node { title assignedTo { id } } } }
      interactions(first: 5) { ${count} edges { node { subject user { id } } } } } } } }`;
    expect(await tablesOf(query)).toEqual(tables);
  });

  test('leads with all around them', async () => {
    const query = `{ leads { totalCount edges { node { title customer { email } pipeline { name stages { name } }
      interactions { totalCount edges { node { subject } } } } } } }`;
    expect((await tablesOf(query)).toSorted()).toEqual(['customers', 'interactions', 'leads', 'pipelines']);
  });

  test('interactions with their customers and leads', async () => {
    const query = '{ interactions { edges { node { subject customer { email } lead { title } } } } }';
    expect((await tablesOf(query)).toSorted()).toEqual(['customers', 'interactions', 'leads']);
  });

  test('entities of one type, and the leads of several users', async () => {
    const entities = 'query ($all: [_Any!]!) { _entities(representations: $all) ';
    const all = leads.map((id) => ({ __typename: 'Lead', id }));
    expect(await tablesOf(`${entities} { ... on Lead { title value } } }`, { all })).toEqual(['leads']);
    const users = assignees.map((id) => ({ __typename: 'User', id }));
    const assigned = `${entities} { ... on User { assignedLeads(first: 2) { totalCount edges { node { title } } } } } }`;
    expect(await tablesOf(assigned, { all: users })).toEqual(['leads']);
  });
});

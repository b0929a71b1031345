import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { run, statementsOf } from '@cdx/kit/testing';
import { aBillingSubgraph, aPlan, aSubscription, aTenant, aUser, biller, write } from './testing.ts';

const tenantId = aTenant();
const admin = aUser({ tenantId });
const customers = [newId(), newId(), newId()];
let subgraph: Subgraph;
let invoiceId: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  const plans = [await aPlan(subgraph), await aPlan(subgraph, { name: 'Pro', amount: '90' })];
  for (let index = 0; index < 6; index += 1) {
    const [customerId, planId] = [customers[index % 3], plans[index % 2] ?? ''];
    await aSubscription(subgraph, { tenantId, customerId, planId });
  }
  const { data } = await run(subgraph, admin, '{ invoices { edges { node { id total currency } } } }');
  const { edges } = data?.invoices as { edges: { node: { id: string; total: string; currency: string } }[] };
  for (const { node } of edges) {
    const usual = { method: 'card', provider: 'test', amount: '10', currency: node.currency };
    await write(subgraph, 'recordPayment(input: $input) { id }', {
      'input: RecordPaymentInput!': { invoiceId: node.id, ...usual },
    });
  }
  invoiceId = edges[0]?.node.id ?? '';
});
afterAll(() => subgraph.close());

/** The tables that a query's statements read, in the order they were sent. */
async function tablesOf(query: string, variables = {}): Promise<string[]> {
  const statements = await statementsOf(async () => {
    const { data, errors } = await run(subgraph, admin, query, variables);
    expect(errors).toBeUndefined();
    expect(data).toBeTruthy();
  });
  return statements.map(({ text }) => /"?billing"?\."?(\w+)"?/.exec(text)?.[1] ?? text);
}

describe('the screen of an invoice', () => {
  test('with its payments, subscription, plan and customer takes a statement for each table', async () => {
    const tables = await tablesOf(
      `{ invoice(id: "${invoiceId}") { invoiceNumber status total lines { description amount } customer { id }
        payments { totalCount edges { node { amount status } } }
        subscription { status currentPeriodEnd plan { name amount } customer { id } } } }`,
    );
    expect(tables).toEqual(['invoices', 'payments', 'subscriptions', 'plans']);
  });

  test('with what is paid and due takes one more', async () => {
    const tables = await tablesOf(`{ invoice(id: "${invoiceId}") { amountPaid amountDue isOverdue } }`);
    expect(tables).toEqual(['invoices', 'payments']);
  });
});

describe('lists', () => {
  test('of invoices with everything about them take a statement for each table', async () => {
    const tables = await tablesOf(
      `{ invoices(first: 50) { totalCount edges { node { total amountDue payments(first: 3) { totalCount edges { node { amount } } }
        subscription { plan { name } usage(first: 2) { totalCount } } } } } }`,
    );
    expect(tables.toSorted()).toEqual([
      ...['invoices', 'payments', 'payments', 'plans', 'subscriptions', 'usage_records'],
    ]);
  });

  test('of plans with their subscriptions take two', async () => {
    expect(
      await tablesOf(
        '{ plans(first: 50) { edges { node { name subscriptions(first: 2) { totalCount } } } } }',
      ),
    ).toEqual(['plans', 'subscriptions']);
  });

  test('of subscriptions with their plans take two', async () => {
    expect(await tablesOf('{ subscriptions { totalCount edges { node { plan { name } } } } }')).toEqual([
      ...['subscriptions', 'plans'],
    ]);
  });

  test('of payments with their invoices take two', async () => {
    expect(
      await tablesOf('{ payments { totalCount edges { node { invoice { invoiceNumber } } } } }'),
    ).toEqual([...['payments', 'invoices']]);
  });
});

describe('entities', () => {
  const entities = (selection: string): string =>
    `query ($all: [_Any!]!) { _entities(representations: $all) { ${selection} } }`;

  test('that are customers have their subscriptions in one statement and their invoices in another', async () => {
    const all = customers.map((id) => ({ __typename: 'Customer', id }));
    const selection = `... on Customer { subscriptions(first: 5) { totalCount edges { node { status } } }
      invoices(first: 5) { totalCount edges { node { total } } } }`;
    expect(await tablesOf(entities(selection), { all })).toEqual(['subscriptions', 'invoices']);
    const { data } = await run(subgraph, admin, entities(selection), { all });
    expect(data?._entities).toMatchObject(
      customers.map(() => ({ subscriptions: { totalCount: 2 }, invoices: { totalCount: 2 } })),
    );
  });

  test('that are invoices come in the order they were asked for, null where there is none, in one statement', async () => {
    const { data } = await run(subgraph, admin, '{ invoices { edges { node { id } } } }');
    const ids = (data?.invoices as { edges: { node: { id: string } }[] }).edges.map(({ node }) => node.id);
    const asked = [newId(), ...ids.toReversed(), 'nonsense'].map((id) => ({ __typename: 'Invoice', id }));
    const query = entities('... on Invoice { id }');
    expect(await tablesOf(query, { all: asked })).toEqual(['invoices']);
    const found = (await run(subgraph, admin, query, { all: asked })).data?._entities;
    expect(found).toEqual([null, ...ids.toReversed().map((id) => ({ id })), null]);
  });
});

test('a write by the biller is on record in the tenant’s log', async () => {
  const { data } = await run(
    subgraph,
    { ...admin, scopes: ['platform:audit:read'] },
    '{ billingAuditLog(filter: { resourceType: { eq: "Payment" } }) { totalCount edges { node { action actorId actorKind } } } }',
  );
  const { totalCount, edges } = data?.billingAuditLog as { totalCount: number; edges: { node: unknown }[] };
  expect(totalCount).toBe(6);
  expect(edges[0]?.node).toEqual({
    ...{ action: 'billing.recordPayment', actorId: biller.userId, actorKind: 'ADMIN' },
  });
});

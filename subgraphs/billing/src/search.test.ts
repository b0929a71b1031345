import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity, type Subgraph } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aBillingSubgraph, anOpenInvoice, aPlan, aSubscription, aTenant, aUser, biller } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aBillingSubgraph();
});
afterAll(() => subgraph.close());

interface Hit {
  readonly type: string;
  readonly id: string;
  readonly tenantId: string | null;
  readonly title: string;
  readonly highlight: string;
  readonly rank: number;
}

async function search(text: string, who: Identity = biller, args = ''): Promise<Hit[]> {
  const { data, errors } = await run(
    subgraph,
    who,
    `query ($text: String!) { billingSearch(text: $text${args}) { type id tenantId title highlight rank } }`,
    { text },
  );
  expect(errors).toBeUndefined();
  return data?.billingSearch as Hit[];
}

const typesAndIds = (hits: readonly Hit[]): string[] => hits.map(({ type, id }) => `${type} ${id}`).sort();

/** A word that nothing else has. */
const aWord = (): string => `w${newId().replaceAll('-', '')}`;

/** A tenant with a subscription, its first invoice, and the plan. */
async function aCustomer(): Promise<
  Record<'tenantId' | 'customerId' | 'word' | 'plan' | 'subscription', string>
> {
  const [tenantId, customerId, word] = [aTenant(), newId(), aWord()];
  const plan = await aPlan(subgraph, { name: `Plan ${word}` });
  const subscription = await aSubscription(subgraph, { tenantId, customerId, planId: plan });
  return { tenantId, customerId, word, plan, subscription };
}

async function invoiceOf(tenantId: string): Promise<{ id: string; invoiceNumber: string }> {
  const { data } = await run(
    subgraph,
    biller,
    `{ invoices(filter: { tenantId: { eq: "${tenantId}" } }) { edges { node { id invoiceNumber } } } }`,
  );
  const [edge] = (data?.invoices as { edges: { node: { id: string; invoiceNumber: string } }[] }).edges;
  if (!edge) throw new Error('There is no invoice');
  return edge.node;
}

describe('a search', () => {
  test('finds an invoice by its number', async () => {
    const { tenantId } = await aCustomer();
    const { id, invoiceNumber } = await invoiceOf(tenantId);
    const [hit, ...others] = await search(invoiceNumber);
    expect(others).toEqual([]);
    expect(hit).toMatchObject({ type: 'Invoice', id, tenantId, title: invoiceNumber });
    expect(hit?.highlight).toContain('**000001**');
    expect(hit?.rank).toBeGreaterThan(0);
  });

  test('finds what is a customer’s by the customer’s id', async () => {
    const { tenantId, customerId, subscription } = await aCustomer();
    const { id } = await invoiceOf(tenantId);
    expect(typesAndIds(await search(customerId))).toEqual([
      `BillingSubscription ${subscription}`,
      `Invoice ${id}`,
    ]);
  });

  test('finds the plan by its name, its subscriptions and their invoices', async () => {
    const { tenantId, word, plan, subscription } = await aCustomer();
    const { id } = await invoiceOf(tenantId);
    const hits = await search(word);
    expect(typesAndIds(hits)).toEqual([
      `BillingSubscription ${subscription}`,
      `Invoice ${id}`,
      `Plan ${plan}`,
    ]);
    for (const { highlight } of hits) expect(highlight).toContain(`**${word}**`);
    expect(hits.map(({ rank }) => rank)).toEqual(
      hits.map(({ rank }) => rank).toSorted((one, two) => two - one),
    );
    expect(hits.find(({ type }) => type === 'Plan')).toMatchObject({ tenantId: null, title: `Plan ${word}` });
  });

  test('is of one tenant when it is named, and of plans', async () => {
    const { word, plan } = await aCustomer();
    expect(typesAndIds(await search(word, biller, `, tenantId: "${aTenant()}"`))).toEqual([`Plan ${plan}`]);
  });

  test('finds a tenant’s own only, and the plans', async () => {
    const { tenantId, word, plan } = await aCustomer();
    expect(await search(word, aUser({ tenantId }))).toHaveLength(3);
    for (const args of ['', `, tenantId: "${tenantId}"`])
      expect(typesAndIds(await search(word, aUser(), args))).toEqual([`Plan ${plan}`]);
  });

  test('gives as many as are asked for, in one statement', async () => {
    const [tenantId, description] = [aTenant(), aWord()];
    const items = [{ description, unitPrice: '1' }];
    for (let count = 0; count < 3; count += 1) await anOpenInvoice(subgraph, { tenantId, items });
    const statements = await statementsOf(async () => {
      expect(await search(description, biller, ', first: 2')).toHaveLength(2);
    });
    expect(statements).toHaveLength(1);
  });

  test.each(["'", '" or', '-', ':*', '\\', '!&|', 'a & ! b', '\u0000'])(
    'for %j answers with no fault',
    async (text) => {
      const result = await run(
        subgraph,
        biller,
        'query ($text: String!) { billingSearch(text: $text) { id } }',
        { text },
      );
      expect(['BAD_USER_INPUT', undefined]).toContain(codes(result)[0]);
    },
  );

  test.each(['(text: "")', '(text: "a", first: 0)', '(text: "a", first: 101)'])(
    '%s is refused',
    async (args) => {
      expect(codes(await run(subgraph, biller, `{ billingSearch${args} { rank } }`))).toEqual([
        'BAD_USER_INPUT',
      ]);
    },
  );

  test('is not for the role user', async () => {
    expect(
      codes(await run(subgraph, aUser({ role: 'user' }), '{ billingSearch(text: "a") { id } }')),
    ).toEqual(['FORBIDDEN']);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, codesOf, logIn, superadmin, tenantAdmin, type Answer } from './support/ask.ts';
import { costOf, tally } from './support/count.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';

/** The screen of invoices: each with its payments, subscription, plan, and the customer that crm knows. */
const screen = `{ invoices(first: 20, filter: { status: { eq: PAID } }) { edges { node {
  invoiceNumber total currency lines { description amount }
  customer { company email }
  payments { edges { node { amount status method } } }
  subscription { status plan { name amount } } } } } }`;

const overview = `{
  platform { mrr { amount currency } billing { activeSubscriptions } }
  tenants(first: 50) { edges { node { id billing { mrr currency openInvoices overdueAmount } } } } }`;

interface Invoice {
  readonly invoiceNumber: string;
  readonly total: string;
  readonly customer: { readonly company: string | null } | null;
  readonly payments: { readonly edges: readonly { readonly node: { status: string; amount: string } }[] };
  readonly subscription: { readonly plan: { readonly name: string } };
}

describe.each(topologies)('billing, %s,', (topology) => {
  let gateway: TestGateway;
  let admin: string;
  let root: string;
  beforeAll(async () => {
    gateway = await aGateway(topology);
    [admin, root] = await Promise.all([logIn(gateway, tenantAdmin), logIn(gateway, superadmin)]);
  });
  afterAll(() => gateway.close());

  test('has the screen of invoices from two databases, at a statement for each table', async () => {
    let answer: Answer | undefined;
    const { statements, fetches } = await costOf(async () => {
      answer = await ask(gateway, screen, { token: admin });
    });
    if (!answer) throw new Error('There is no answer');
    expect(codesOf(answer)).toEqual([]);
    const edges = at(answer, 'invoices', 'edges') as readonly { readonly node: Invoice }[];
    expect(edges).toHaveLength(20);
    for (const { node } of edges) {
      expect(node).toMatchObject({
        invoiceNumber: expect.stringMatching(/^acme-\d{6}$/),
        customer: { company: expect.any(String), email: expect.stringContaining('@') },
        subscription: { plan: { name: expect.any(String) } },
      });
      const paid = node.payments.edges.filter((edge) => edge.node.status === 'SUCCEEDED');
      expect(paid.map((edge) => edge.node.amount)).toEqual([node.total]);
    }
    expect(tally(statements.map(({ database }) => database))).toEqual({ billing: 4, crm: 1 });
    expect(tally(fetches.map(({ subgraph }) => subgraph))).toEqual({ billing: 1, crm: 1 });
  });

  test('has the figures of every tenant and of all, at a statement each', async () => {
    // The first reading of a superadmin's begins the chain of the audit log.
    await ask(gateway, overview, { token: root });
    let answer: Answer | undefined;
    const { statements } = await costOf(async () => {
      answer = await ask(gateway, overview, { token: root });
    });
    if (!answer) throw new Error('There is no answer');
    expect(codesOf(answer)).toEqual([]);
    const tenants = at(answer, 'tenants', 'edges') as readonly {
      readonly node: {
        readonly id: string;
        readonly billing: { readonly mrr: string; readonly currency: string };
      };
    }[];
    const acme = tenants.find(({ node }) => node.id === 'acme')?.node.billing;
    expect(Number(acme?.mrr)).toBeGreaterThan(0);
    expect(acme).toMatchObject({ currency: 'USD', openInvoices: expect.any(Number) });
    const mrr = at(answer, 'platform', 'mrr') as readonly { amount: string; currency: string }[];
    expect(Number(mrr.find(({ currency }) => currency === 'USD')?.amount)).toBeGreaterThanOrEqual(
      Number(acme?.mrr),
    );
    const read = statements.filter(
      ({ database, text }) => database === 'billing' && text.includes('billing.subscriptions'),
    );
    expect(read).toHaveLength(2);
  });

  test('tells a tenant’s admin of the own tenant, and of no other', async () => {
    const { data } = await ask(
      gateway,
      '{ myTenant { id billing { mrr activeSubscriptions } } platform { mrr { amount } } }',
      { token: admin },
    );
    expect(data).toMatchObject({ myTenant: { id: 'acme', billing: { mrr: expect.any(String) } } });
    expect(data?.platform ?? null).toBeNull();
  });
});

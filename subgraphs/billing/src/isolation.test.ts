import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Database, type Identity, type Subgraph } from '@cdx/kit';
import { codes, mutationsOfCallers, run } from '@cdx/kit/testing';
import sql from 'sql-template-tag';
import type { Transaction } from './context.ts';
import {
  aBillingDatabase,
  aBillingSubgraph,
  aDraft,
  anOpenInvoice,
  aPlan,
  aSubscription,
  aTenant,
  aUser,
  biller,
  write,
} from './testing.ts';

const owner = aTenant();
const stranger = aUser({ tenantId: aTenant() });
const customerId = newId();

let subgraph: Subgraph;
let database: Database<Transaction>;
let ids: Record<'plan' | 'subscription' | 'invoice' | 'payment' | 'usage' | 'draft', string>;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  database = aBillingDatabase();
  const plan = await aPlan(subgraph);
  const subscription = await aSubscription(subgraph, { tenantId: owner, customerId, planId: plan });
  const invoice = await anOpenInvoice(subgraph, { tenantId: owner, customerId });
  const draft = await aDraft(subgraph, { tenantId: owner, customerId });
  const paid = { invoiceId: invoice, amount: '1', currency: 'EUR', method: 'card', provider: 'test' };
  const payment = await write(subgraph, 'recordPayment(input: $input) { id }', {
    'input: RecordPaymentInput!': paid,
  });
  const period = { periodStart: '2026-01-01T00:00:00Z', periodEnd: '2026-01-02T00:00:00Z' };
  const usage = await write(subgraph, 'recordSubscriptionUsage(input: $input) { id }', {
    'input: RecordSubscriptionUsageInput!': {
      ...{ subscriptionId: subscription, metric: 'calls', quantity: '1', unitPrice: '1', ...period },
    },
  });
  ids = { plan, subscription, invoice, draft, payment: payment.id as string, usage: usage.id as string };
});
afterAll(async () => {
  await Promise.all([subgraph.close(), database.close()]);
});

describe('another tenant', () => {
  const one: readonly (readonly [string, () => string])[] = [
    ['a subscription', () => `subscription(id: "${ids.subscription}") { id }`],
    ['an invoice', () => `invoice(id: "${ids.invoice}") { id }`],
    ['an invoice by its number', () => `invoiceByNumber(invoiceNumber: "${owner}-000002") { id }`],
    ['a payment', () => `payment(id: "${ids.payment}") { id }`],
  ];

  test.each(one)('does not see %s', async (_, field) => {
    for (const role of ['admin', 'client'] as const) {
      const { data, errors } = await run(subgraph, { ...aUser({ role }) }, `{ found: ${field()} }`);
      expect([data, errors]).toEqual([{ found: null }, undefined]);
    }
    expect(
      (await run(subgraph, aUser({ tenantId: owner }), `{ found: ${field()} }`)).data?.found,
    ).not.toBeNull();
  });

  test.each([
    ['subscriptions', '{ customerId: { eq: "$customer" } }'],
    ['subscriptions', '{ tenantId: { eq: "$owner" } }'],
    ['subscriptions', '{ or: [{ tenantId: { eq: "$owner" } }, { not: { status: { eq: CANCELLED } } }] }'],
    ['invoices', '{ tenantId: { in: ["$owner"] } }'],
    ['invoices', '{ not: { tenantId: { eq: "nobody" } } }'],
    ['payments', '{ tenantId: { eq: "$owner" } }'],
    ['payments', '{ amount: { gt: "0" } }'],
  ])('finds none of the owner’s %s by %s', async (list, filter) => {
    const given = filter.replace('$customer', customerId).replace('$owner', owner);
    const query = `{ ${list}(filter: ${given}) { totalCount edges { node { id } } } }`;
    const { data, errors } = await run(subgraph, stranger, query);
    expect([data?.[list], errors]).toEqual([{ totalCount: 0, edges: [] }, undefined]);
    const { data: own } = await run(subgraph, aUser({ tenantId: owner }), query);
    expect((own?.[list] as { totalCount: number }).totalCount).toBeGreaterThan(0);
  });

  test('sees none of them through what is shared, or another domain’s', async () => {
    const { data } = await run(
      subgraph,
      stranger,
      `query ($all: [_Any!]!) { plan(id: "${ids.plan}") { subscriptions { totalCount } }
        _entities(representations: $all) {
          ... on Customer { subscriptions { totalCount } invoices { totalCount } }
          ... on BillingSubscription { id } ... on Invoice { id } ... on Payment { id } ... on SubscriptionUsage { id }
          ... on Tenant { id } } }`,
      {
        all: [
          { __typename: 'Customer', id: customerId },
          { __typename: 'BillingSubscription', id: ids.subscription },
          { __typename: 'Invoice', id: ids.invoice },
          { __typename: 'Payment', id: ids.payment },
          { __typename: 'SubscriptionUsage', id: ids.usage },
          { __typename: 'Tenant', id: owner },
        ],
      },
    );
    const none = { totalCount: 0 };
    expect(data).toEqual({
      plan: { subscriptions: none },
      _entities: [{ subscriptions: none, invoices: none }, null, null, null, null, null],
    });
  });
});

describe('every mutation', () => {
  const input = (): string => `tenantId: "${owner}", customerId: "${customerId}"`;
  const period = 'periodStart: "2026-01-01T00:00:00Z", periodEnd: "2026-01-02T00:00:00Z"';
  const writes: Readonly<Record<string, () => string>> = {
    createPlan: () =>
      'createPlan(input: { name: "x", amount: "1", currency: "EUR", interval: MONTH }) { id }',
    updatePlan: () => `updatePlan(id: "${ids.plan}", input: { name: "x" }) { id }`,
    createSubscription: () => `createSubscription(input: { ${input()}, planId: "${ids.plan}" }) { id }`,
    updateSubscription: () => `updateSubscription(id: "${ids.subscription}", input: { metadata: {} }) { id }`,
    changeSubscriptionPlan: () =>
      `changeSubscriptionPlan(id: "${ids.subscription}", planId: "${ids.plan}") { id }`,
    cancelSubscription: () => `cancelSubscription(id: "${ids.subscription}") { id }`,
    resumeSubscription: () => `resumeSubscription(id: "${ids.subscription}") { id }`,
    renewSubscriptions: () => `renewSubscriptions(tenantId: "${owner}") { renewed }`,
    createInvoice: () =>
      `createInvoice(input: { ${input()}, currency: "EUR", items: [{ description: "x", unitPrice: "1" }] }) { id }`,
    updateInvoice: () => `updateInvoice(id: "${ids.draft}", input: { taxAmount: "1" }) { id }`,
    deleteInvoice: () => `deleteInvoice(id: "${ids.draft}")`,
    openInvoice: () => `openInvoice(id: "${ids.draft}") { id }`,
    voidInvoice: () => `voidInvoice(id: "${ids.invoice}") { id }`,
    markInvoiceUncollectible: () => `markInvoiceUncollectible(id: "${ids.invoice}") { id }`,
    recordPayment: () =>
      `recordPayment(input: { invoiceId: "${ids.invoice}", amount: "1", currency: "EUR", method: "x", provider: "x" }) { id }`,
    succeedPayment: () => `succeedPayment(id: "${ids.payment}") { id }`,
    failPayment: () => `failPayment(id: "${ids.payment}", reason: "x") { id }`,
    refundPayment: () => `refundPayment(id: "${ids.payment}") { id }`,
    recordSubscriptionUsage: () =>
      `recordSubscriptionUsage(input: { subscriptionId: "${ids.subscription}", metric: "x", quantity: "1", unitPrice: "1", ${period} }) { id }`,
    deleteSubscriptionUsage: () => `deleteSubscriptionUsage(id: "${ids.usage}")`,
  };

  async function everything(): Promise<unknown> {
    const { data, errors } = await run(
      subgraph,
      aUser({ tenantId: owner }),
      `{ subscriptions { edges { node { id status updatedAt metadata usage { totalCount } } } }
        invoices { edges { node { id status total updatedAt } } } payments { edges { node { id status updatedAt } } }
        plan(id: "${ids.plan}") { name } }`,
    );
    expect(errors).toBeUndefined();
    return data;
  }

  test('is in the list below', () => {
    const mutations = mutationsOfCallers(subgraph);
    expect(Object.keys(writes).toSorted()).toEqual(mutations.toSorted());
  });

  test.each(Object.keys(writes))(
    '%s is a superadmin’s, and nobody else’s whatever their scopes',
    async (name) => {
      const before = await everything();
      const callers: Identity[] = (['admin', 'client', 'user'] as const).flatMap((role) => [
        aUser({ role, tenantId: owner }),
        aUser({ role, tenantId: owner, scopes: ['billing:read', 'billing:write'] }),
        { ...stranger, role, scopes: ['billing:read', 'billing:write'] },
      ]);
      for (const caller of callers) {
        const result = await run(subgraph, caller, `mutation { ${writes[name]?.() ?? ''} }`);
        expect(codes(result)).toEqual(['FORBIDDEN']);
      }
      expect(await everything()).toEqual(before);
    },
  );
});

describe('row-level security', () => {
  const tables = ['subscriptions', 'invoices', 'payments', 'usage_records'] as const;
  const count = async (who: Identity, table: (typeof tables)[number]): Promise<number> => {
    const rows = await database.as(who).many<{ readonly count: number }>(
      {
        subscriptions: sql`select count(*)::int as count from billing.subscriptions where tenant_id = ${owner}`,
        invoices: sql`select count(*)::int as count from billing.invoices where tenant_id = ${owner}`,
        payments: sql`select count(*)::int as count from billing.payments where tenant_id = ${owner}`,
        usage_records: sql`select count(*)::int as count from billing.usage_records where tenant_id = ${owner}`,
      }[table],
    );
    return rows[0]?.count ?? 0;
  };

  test.each(tables)('shows a tenant its own %s alone, and nothing to who has no tenant', async (table) => {
    expect(await count(aUser({ tenantId: owner }), table)).toBeGreaterThan(0);
    expect(await count(biller, table)).toBeGreaterThan(0);
    expect(await count(stranger, table)).toBe(0);
    expect(await count({ ...stranger, tenantId: null }, table)).toBe(0);
    expect(await count({ ...stranger, tenantId: '', role: 'anonymous' }, table)).toBe(0);
  });

  test.each(tables)('lets no admin write %s, of the own tenant neither', async (table) => {
    const statements = {
      subscriptions: 'update billing.subscriptions set metadata = metadata',
      invoices: 'update billing.invoices set metadata = metadata',
      payments: 'update billing.payments set method = method',
      usage_records: 'delete from billing.usage_records',
    };
    for (const who of [aUser({ tenantId: owner }), stranger]) {
      const changed = await database
        .as(who)
        .write((tx) => tx.$executeRawUnsafe(statements[table]), { unaudited: 'a test' });
      expect(changed).toBe(0);
    }
  });

  test('lets no admin make anything, nor change a plan', async () => {
    const admin = aUser({ tenantId: owner });
    const data = { id: newId(), name: 'Mine', amount: '0', currency: 'EUR', interval: 'month' } as const;
    await expect(database.as(admin).write((tx) => tx.plan.createMany({ data }))).rejects.toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    const draft = { tenantId: owner, customerId, subtotal: '1', total: '1', currency: 'EUR', lines: [] };
    const made = database.as(admin).write((tx) => tx.invoice.createMany({ data: { id: newId(), ...draft } }));
    await expect(made).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    const changed = await database
      .as(admin)
      .write((tx) => tx.$executeRaw`update billing.plans set amount = 0 where id = ${ids.plan}::uuid`, {
        unaudited: 'a test',
      });
    expect(changed).toBe(0);
  });
});

describe('the database', () => {
  test('lets no row refer to another tenant’s, whoever writes', async () => {
    const other = aTenant();
    const amounts = { subtotal: '1', total: '1', currency: 'EUR', lines: [] };
    const as = database.as(biller);
    const refused = { extensions: { code: 'BAD_USER_INPUT' } };
    const period = { periodStart: new Date(0), periodEnd: new Date(1) };
    const usage = { subscriptionId: ids.subscription, metric: 'x', quantity: '1', unitPrice: '1', ...period };
    await expect(
      as.write((tx) =>
        tx.invoice.createMany({
          data: { id: newId(), tenantId: other, customerId, subscriptionId: ids.subscription, ...amounts },
        }),
      ),
    ).rejects.toMatchObject(refused);
    await expect(
      as.write((tx) => tx.subscriptionUsage.createMany({ data: { id: newId(), tenantId: other, ...usage } })),
    ).rejects.toMatchObject(refused);
  });

  test('lets no invoice be for another customer than its subscription’s', async () => {
    const amounts = { subtotal: '1', total: '1', currency: 'EUR', lines: [] };
    const data = { id: newId(), tenantId: owner, subscriptionId: ids.subscription, ...amounts };
    const made = database
      .as(biller)
      .write((tx) => tx.invoice.createMany({ data: { ...data, customerId: newId() } }));
    await expect(made).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Database, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import type { Transaction } from './context.ts';
import {
  aBillingDatabase,
  aBillingSubgraph,
  aDraft,
  aPlan,
  aSubscription,
  aTenant,
  biller,
} from './testing.ts';

let subgraph: Subgraph;
let database: Database<Transaction>;
beforeAll(() => {
  subgraph = aBillingSubgraph();
  database = aBillingDatabase();
});
afterAll(async () => {
  await Promise.all([subgraph.close(), database.close()]);
});

async function read(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ invoice(id: "${id}") { invoiceNumber status total dueDate paidAt paymentMethod metadata tenantId customer { id }
      lines { amount } updatedAt } }`,
  );
  expect(errors).toBeUndefined();
  return data?.invoice as Readonly<Record<string, unknown>>;
}

/** What can be done with an invoice, by the name that the tables below use. */
const moves: Readonly<Record<string, (id: string) => string>> = {
  update: (id) => `updateInvoice(id: "${id}", input: { taxAmount: "1" }) { id }`,
  open: (id) => `openInvoice(id: "${id}") { id }`,
  pay: (id) =>
    `recordPayment(input: { invoiceId: "${id}", amount: "100", currency: "EUR", method: "card", provider: "test" }) { id }`,
  void: (id) => `voidInvoice(id: "${id}") { id }`,
  giveUp: (id) => `markInvoiceUncollectible(id: "${id}") { id }`,
  delete: (id) => `deleteInvoice(id: "${id}")`,
};
const move = (id: string, name: string) => run(subgraph, biller, `mutation { ${moves[name]?.(id) ?? ''} }`);

/** How an invoice gets to a state from `DRAFT`. */
const paths: Readonly<Record<string, readonly string[]>> = {
  DRAFT: [],
  OPEN: ['open'],
  PAID: ['open', 'pay'],
  VOID: ['open', 'void'],
  UNCOLLECTIBLE: ['open', 'giveUp'],
};

async function inState(state: string): Promise<string> {
  const id = await aDraft(subgraph, { tenantId: aTenant() });
  for (const step of paths[state] ?? []) expect(codes(await move(id, step))).toEqual([]);
  expect(await read(id)).toMatchObject({ status: state });
  return id;
}

describe('an invoice that is', () => {
  const legal: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    DRAFT: { update: 'DRAFT', open: 'OPEN', delete: 'GONE' },
    OPEN: { pay: 'PAID', void: 'VOID', giveUp: 'UNCOLLECTIBLE' },
  };
  const table = Object.keys(paths).flatMap((from) =>
    Object.keys(moves).map((name) => [from, name, legal[from]?.[name] ?? 'CONFLICT'] as const),
  );

  test.each(table)('%s answers %s with %s', async (from, name, outcome) => {
    const id = await inState(from);
    const before = await read(id);
    const result = await move(id, name);
    if (outcome === 'CONFLICT') {
      expect(codes(result)).toEqual(['CONFLICT']);
      expect(await read(id)).toEqual(before);
    } else {
      expect(codes(result)).toEqual([]);
      if (outcome === 'GONE') expect(await read(id)).toBeNull();
      else expect(await read(id)).toMatchObject({ status: outcome });
    }
  });

  test.each(Object.keys(moves))('not there answers %s with NOT_FOUND', async (name) => {
    expect(codes(await move(newId(), name))).toEqual(['NOT_FOUND']);
    expect(codes(await move('nonsense', name))).toEqual([name === 'pay' ? 'BAD_USER_INPUT' : 'NOT_FOUND']);
  });

  test.each([
    ['void', 'pay'],
    ['pay', 'giveUp'],
    ['void', 'giveUp'],
  ])('OPEN lets one win of %s and %s at once', async (one, other) => {
    const id = await inState('OPEN');
    const results = await Promise.all([move(id, one), move(id, other)]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
  });
});

describe('the database', () => {
  /** Runs one statement on an invoice as the product itself, round all resolvers. */
  const force = (id: string, statement: string): Promise<unknown> =>
    database
      .as(system)
      .write((tx) => tx.$executeRawUnsafe(`${statement} where id = $1::uuid`, id), { unaudited: 'a test' });

  test.each(['PAID', 'VOID', 'UNCOLLECTIBLE'])(
    'lets nothing of an invoice that is %s be changed',
    async (state) => {
      const id = await inState(state);
      const before = await read(id);
      for (const change of [
        "status = 'open', paid_at = null",
        "metadata = '{}'",
        'due_date = now()',
        'total = total',
      ]) {
        await expect(force(id, `update billing.invoices set ${change}`)).rejects.toMatchObject({
          extensions: { code: 'BAD_USER_INPUT' },
        });
      }
      await expect(force(id, 'delete from billing.invoices')).rejects.toThrow();
      expect(await read(id)).toEqual(before);
    },
  );

  test.each([
    ['a total that is not the sum', 'total = 1'],
    ['a sum that is negative', 'subtotal = -1, total = -1'],
    ['less', 'subtotal = 1, total = 1'],
    ['other lines', "lines = '[]'"],
    ['another number', "invoice_number = 'mine'"],
    ['no number', 'invoice_number = null'],
    ['another tenant', "tenant_id = 'another'"],
    ['another customer', 'customer_id = gen_random_uuid()'],
    ['the state draft', "status = 'draft', invoice_number = null"],
    ['the state paid without a payment', "status = 'paid', paid_at = now()"],
  ])('gives an open invoice not %s', async (_, change) => {
    const id = await inState('OPEN');
    const before = await read(id);
    await expect(force(id, `update billing.invoices set ${change}`)).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(await read(id)).toEqual(before);
  });

  test.each(['paid', 'void', 'uncollectible'])('makes no %s invoice of a draft', async (status) => {
    const id = await inState('DRAFT');
    await expect(force(id, `update billing.invoices set status = '${status}'`)).rejects.toThrow();
    expect(await read(id)).toMatchObject({ status: 'DRAFT' });
  });

  test('has no two invoices of one period', async () => {
    const tenantId = aTenant();
    const id = await aSubscription(subgraph, { tenantId, planId: await aPlan(subgraph) });
    const copy = database.as(system).write(
      (tx) => tx.$executeRaw`insert into billing.invoices
        (id, tenant_id, subscription_id, customer_id, status, lines, subtotal, total, currency, period_start, period_end, due_date)
        select gen_random_uuid(), tenant_id, subscription_id, customer_id, 'open', lines, subtotal, total, currency,
          period_start, period_end, due_date from billing.invoices where subscription_id = ${id}::uuid`,
      { unaudited: 'a test' },
    );
    await expect(copy).rejects.toMatchObject({ extensions: { code: 'CONFLICT' } });
  });
});

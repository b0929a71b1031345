import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, type Subgraph } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import {
  aBillingSubgraph,
  aDraft,
  anOpenInvoice,
  aPlan,
  aSubscription,
  aTenant,
  biller,
  write,
} from './testing.ts';

let subgraph: Subgraph;
let planId: string;
beforeAll(async () => {
  subgraph = aBillingSubgraph();
  planId = await aPlan(subgraph);
});
afterAll(() => subgraph.close());

const fields = `id invoiceNumber status subtotal taxAmount discountAmount total currency dueDate paidAt isOverdue amountDue
  amountPaid metadata lines { kind description quantity unitPrice amount metric periodStart periodEnd }`;

async function read(id: string): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = await run(subgraph, biller, `{ invoice(id: "${id}") { ${fields} } }`);
  expect(errors).toBeUndefined();
  return data?.invoice as Readonly<Record<string, unknown>>;
}

function create(input: Readonly<Record<string, unknown>>, idempotencyKey: string | null = null) {
  const items = [{ description: 'Support', unitPrice: '10' }];
  return run(
    subgraph,
    biller,
    `mutation ($input: CreateInvoiceInput!, $key: String) {
      createInvoice(input: $input, idempotencyKey: $key) { ${fields} } }`,
    {
      input: { tenantId: aTenant(), customerId: newId(), currency: 'EUR', items, ...input },
      key: idempotencyKey,
    },
  );
}

describe('a draft', () => {
  test('has its sums reckoned exactly, and no number yet', async () => {
    const items = [
      { description: 'Hours', quantity: '1.5', unitPrice: '33.33' },
      { description: 'Licence', unitPrice: '0.1' },
      { description: 'Licence', unitPrice: '0.2' },
    ];
    const { data } = await create({ items, taxAmount: '9.50', discountAmount: '5' });
    const item = { kind: 'ITEM', metric: null, periodStart: null, periodEnd: null };
    // 1.5 × 33.33 = 49.995, which is even at 50.00.
    expect(data?.createInvoice).toMatchObject({
      ...{ status: 'DRAFT', invoiceNumber: null, dueDate: null, amountDue: '0.00' },
      ...{ subtotal: '50.30', taxAmount: '9.50', discountAmount: '5.00', total: '54.80' },
      lines: [
        { ...item, description: 'Hours', quantity: '1.5', unitPrice: '33.33', amount: '50.00' },
        { ...item, description: 'Licence', quantity: '1', unitPrice: '0.1', amount: '0.10' },
        { ...item, description: 'Licence', quantity: '1', unitPrice: '0.2', amount: '0.20' },
      ],
    });
  });

  test('is made once for one idempotency key', async () => {
    const key = newId();
    const first = await create({}, key);
    expect(first.errors).toBeUndefined();
    expect(await create({}, key)).toEqual(first);
  });

  test('of a subscription is for its customer', async () => {
    const [tenantId, customerId] = [aTenant(), newId()];
    const subscriptionId = await aSubscription(subgraph, { tenantId, customerId, planId });
    const id = await aDraft(subgraph, { tenantId, subscriptionId, customerId: null });
    const { data } = await run(
      subgraph,
      biller,
      `{ invoice(id: "${id}") { customer { id } subscription { id } tenantId tenant { id } } }`,
    );
    expect(data?.invoice).toEqual({
      ...{ customer: { id: customerId }, subscription: { id: subscriptionId }, tenantId },
      tenant: { id: tenantId },
    });
    expect(codes(await create({ tenantId, subscriptionId }))).toEqual(['BAD_USER_INPUT']);
    expect(codes(await create({ subscriptionId, customerId }))).toEqual(['NOT_FOUND']);
  });

  test.each([
    ['a discount of more than there is', { discountAmount: '10.01' }, 'input.discountAmount'],
    ['a negative tax', { taxAmount: '-1' }, 'input.taxAmount'],
    ['no items', { items: [] }, 'input.items'],
    ['a negative item', { items: [{ description: 'x', unitPrice: '-1' }] }, 'input.items.0.unitPrice'],
    ['no customer', { customerId: null }, 'input.customerId'],
    ['no tenant', { tenantId: null }, 'input.tenantId'],
    ['a currency that is none', { currency: 'Euro' }, 'input.currency'],
  ])('with %s is refused', async (_, input, field) => {
    const { errors } = await create(input);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field });
  });

  test('is changed, its sums with it', async () => {
    const id = await aDraft(subgraph, { tenantId: aTenant(), metadata: { a: 1 } });
    const update = (input: unknown) =>
      write(subgraph, `updateInvoice(id: $id, input: $input) { total metadata }`, {
        ...{ 'id: ID!': id, 'input: UpdateInvoiceInput!': input },
      });
    expect(await update({ taxAmount: '19' })).toEqual({ total: '119.00', metadata: { a: 1 } });
    const items = [{ description: 'Less', unitPrice: '7' }];
    expect(await update({ items, metadata: {} })).toEqual({ total: '26.00', metadata: {} });
  });

  test('is deleted', async () => {
    const id = await aDraft(subgraph, { tenantId: aTenant() });
    const { data } = await run(subgraph, biller, `mutation { deleteInvoice(id: "${id}") }`);
    expect(data).toEqual({ deleteInvoice: id });
    expect(await read(id)).toBeNull();
  });

  test('that is opened has a number and a date by when it is due', async () => {
    const id = await aDraft(subgraph, { tenantId: aTenant() });
    const dueDate = '2999-01-01T00:00:00.000Z';
    await write(subgraph, 'openInvoice(id: $id, dueDate: $dueDate) { id }', {
      ...{ 'id: ID!': id, 'dueDate: DateTime': dueDate },
    });
    expect(await read(id)).toMatchObject({ status: 'OPEN', dueDate, amountDue: '100.00', isOverdue: false });
  });

  test('of nothing is paid as soon as it is opened', async () => {
    const id = await anOpenInvoice(subgraph, { tenantId: aTenant(), discountAmount: '100' });
    expect(await read(id)).toMatchObject({ status: 'PAID', total: '0.00', amountDue: '0.00' });
  });
});

test('an open invoice is overdue after its date', async () => {
  const id = await anOpenInvoice(subgraph, { tenantId: aTenant(), dueDate: '2020-01-01T00:00:00Z' });
  expect(await read(id)).toMatchObject({ isOverdue: true });
});

test('an invoice is found by its number', async () => {
  const tenantId = aTenant();
  const id = await anOpenInvoice(subgraph, { tenantId });
  const { data } = await run(
    subgraph,
    biller,
    `{ invoiceByNumber(invoiceNumber: "${tenantId}-000001") { id } }`,
  );
  expect(data).toEqual({ invoiceByNumber: { id } });
});

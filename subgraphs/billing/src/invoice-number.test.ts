import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Database, type Subgraph } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import type { Transaction } from './context.ts';
import {
  aBillingDatabase,
  aBillingSubgraph,
  aDraft,
  anOpenInvoice,
  aTenant,
  biller,
  write,
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

/** The numbers of a tenant's invoices, in order; drafts have none. */
async function numbersOf(tenantId: string): Promise<(string | null)[]> {
  const { data, errors } = await run(
    subgraph,
    biller,
    `{ invoices(first: 200, filter: { tenantId: { eq: "${tenantId}" } }, orderBy: { field: INVOICE_NUMBER }) {
      edges { node { invoiceNumber } } } }`,
  );
  expect(errors).toBeUndefined();
  const { edges } = data?.invoices as { edges: { node: { invoiceNumber: string | null } }[] };
  return edges.map(({ node }) => node.invoiceNumber);
}

const upTo = (tenantId: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${tenantId}-${String(index + 1).padStart(6, '0')}`);

describe('the numbers of a tenant’s invoices', () => {
  test('have neither a gap nor a duplicate when twenty-five are opened at once', async () => {
    const tenantId = aTenant();
    await Promise.all(Array.from({ length: 25 }, () => anOpenInvoice(subgraph, { tenantId })));
    expect(await numbersOf(tenantId)).toEqual(upTo(tenantId, 25));
  });

  test('are given when an invoice is opened, so a draft that is deleted leaves no gap', async () => {
    const tenantId = aTenant();
    const [first, second, third] = [
      await aDraft(subgraph, { tenantId }),
      await aDraft(subgraph, { tenantId }),
      await aDraft(subgraph, { tenantId }),
    ];
    expect(await numbersOf(tenantId)).toEqual([null, null, null]);
    await write(subgraph, 'openInvoice(id: $id) { id }', { 'id: ID!': third });
    await run(subgraph, biller, `mutation { deleteInvoice(id: "${second}") }`);
    await write(subgraph, 'openInvoice(id: $id) { id }', { 'id: ID!': first });
    expect(await numbersOf(tenantId)).toEqual(upTo(tenantId, 2));
  });

  test('have no gap where a transaction was rolled back', async () => {
    const tenantId = aTenant();
    await anOpenInvoice(subgraph, { tenantId });
    const undone = database.as(system).write(async (tx) => {
      const amounts = { subtotal: '1', total: '1', currency: 'EUR', lines: [], dueDate: new Date() };
      const data = { id: newId(), tenantId, customerId: newId(), status: 'open', ...amounts } as const;
      await tx.invoice.createMany({ data });
      expect(await tx.invoice.findFirst({ where: { id: data.id } })).toMatchObject({
        invoiceNumber: `${tenantId}-000002`,
      });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await anOpenInvoice(subgraph, { tenantId });
    expect(await numbersOf(tenantId)).toEqual(upTo(tenantId, 2));
  });

  test('are counted for each tenant alone', async () => {
    const tenants = [aTenant(), aTenant()];
    for (const tenantId of [...tenants, ...tenants]) await anOpenInvoice(subgraph, { tenantId });
    for (const tenantId of tenants) expect(await numbersOf(tenantId)).toEqual(upTo(tenantId, 2));
  });

  test('cannot be chosen, nor the counter moved, round the resolvers', async () => {
    const tenantId = aTenant();
    const amounts = { subtotal: '1', total: '1', currency: 'EUR', lines: [], dueDate: new Date() };
    const chosen = database.as(system).write((tx) =>
      tx.invoice.createMany({
        data: {
          tenantId,
          customerId: newId(),
          status: 'open',
          invoiceNumber: 'mine',
          id: newId(),
          ...amounts,
        },
      }),
    );
    await expect(chosen).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } });
    const moved = database
      .as(system)
      .write((tx) => tx.$executeRaw`update billing.invoice_numbers set last_number = 1`, {
        unaudited: 'a test',
      });
    await expect(moved).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    const called = database
      .as(system)
      .write((tx) => tx.$executeRaw`select billing.number_invoice()`, { unaudited: 'a test' });
    await expect(called).rejects.toThrow();
  });
});

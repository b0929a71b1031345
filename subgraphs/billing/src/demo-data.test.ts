import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeLogger, system, type Database } from '@cdx/kit';
import sql, { type Sql } from 'sql-template-tag';
import type { Transaction } from './context.ts';
import { readLines } from './invoice-line.ts';
import { exact, sumOf } from './money.ts';
import { renewDue } from './renewal.ts';
import { aBillingDatabase } from './testing.ts';

/** A tenant of the demo data, to which no test writes. */
const tenantId = 'acme';

let database: Database<Transaction>;
beforeAll(() => {
  database = aBillingDatabase();
});
afterAll(() => database.close());

const many = <Row>(statement: Sql): Promise<Row[]> => database.as(system).many<Row>(statement);

describe('the demo data', () => {
  test('has invoices of every kind, and each adds up to its lines', async () => {
    const invoices = await many<{ readonly status: string; readonly total: string; readonly lines: unknown }>(
      sql`select status, total, lines from billing.invoices where tenant_id = ${tenantId}`,
    );
    expect(new Set(invoices.map(({ status }) => status))).toEqual(
      new Set(['paid', 'open', 'void', 'uncollectible']),
    );
    for (const { total, lines } of invoices)
      expect(exact(total).equals(sumOf(readLines(lines).map(({ amount }) => amount)))).toBe(true);
  });

  test('has paid invoices alone covered by payments', async () => {
    const wrong = await many(
      sql`select i.id from billing.invoices i
        left join billing.payments p on p.invoice_id = i.id and p.status = 'succeeded'
        where i.tenant_id = ${tenantId} group by i.id
        having (i.status = 'paid') <> (coalesce(sum(p.amount), 0) = i.total)`,
    );
    expect(wrong).toEqual([]);
  });

  test('counts invoices without a gap, in the order of their issue', async () => {
    const invoices = await many<{ readonly number: string }>(
      sql`select invoice_number as number from billing.invoices where tenant_id = ${tenantId} order by created_at, invoice_number`,
    );
    const expected = invoices.map((_, index) => `${tenantId}-${String(index + 1).padStart(6, '0')}`);
    expect(invoices.map(({ number }) => number)).toEqual(expected);
  });

  test('charges usage where its invoice says so', async () => {
    const usage = await many<{ readonly lines: unknown; readonly metric: string; readonly amount: string }>(
      sql`select i.lines, u.metric, sum(u.quantity * u.unit_price)::text as amount
        from billing.usage_records u join billing.invoices i on i.id = u.invoice_id
        where u.tenant_id = ${tenantId} group by i.id, u.metric`,
    );
    expect(usage.length).toBeGreaterThan(0);
    for (const { lines, metric, amount } of usage) {
      const line = readLines(lines).find((one) => one.metric === metric);
      expect(exact(line?.amount ?? '0').equals(amount)).toBe(true);
    }
  });

  test('is up to date: a renewal at its moment finds nothing to do', async () => {
    const [row] = await many<{ readonly now: Date }>(
      sql`select max(recorded_at) as now from billing.usage_records where tenant_id = ${tenantId}`,
    );
    if (!row) throw new Error('There is no usage');
    const log = makeLogger('test', 'silent');
    const options = { now: row.now, paymentDays: 14, tenantId, log };
    expect(await renewDue(database.as(system), options)).toEqual({
      ...{ renewed: 0, ended: 0, invoiced: 0, pastDue: 0, failed: 0 },
    });
  });
});

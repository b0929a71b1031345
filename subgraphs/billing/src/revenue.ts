import { parsePeriod } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { PeriodInput } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { sumOf, toCents } from './money.ts';

/** What was settled in one month, in one currency. */
interface RevenueRow {
  readonly tenantId: string;
  /** Its beginning, in UTC. */
  readonly month: Date;
  readonly currency: string;
  readonly amount: string;
}

/**
 * What has been paid, and not been refunded, of the invoices that were settled in a period, by month and currency; of all
 * tenants that are asked for with the same period in one statement.
 * @param tenantId null for all together
 */
export async function loadRevenue(
  context: Context,
  tenantId: string | null,
  period: PeriodInput,
): Promise<readonly RevenueRow[]> {
  const { from, to } = parsePeriod(period);
  const [owner, name] = tenantId === null ? [sql`''`, 'Platform'] : [sql`i.tenant_id`, 'Tenant'];
  const loader = context.loaders.get<string, readonly RevenueRow[]>(
    `${name}.revenue(${from.toISOString()}, ${to.toISOString()})`,
    async (ids) => {
      const among = tenantId === null ? sql`true` : sql`i.tenant_id = any(${[...ids]}::text[])`;
      const rows = await context.db.many<RevenueRow>(
        sql`select ${owner} as "tenantId", i.currency, sum(p.amount)::text as amount,
            date_trunc('month', i.paid_at at time zone 'UTC') at time zone 'UTC' as month
          from billing.invoices i join billing.payments p on p.invoice_id = i.id and p.status = 'succeeded'
          where i.status = 'paid' and i.paid_at >= ${from}::timestamptz and i.paid_at < ${to}::timestamptz and ${among}
          group by 1, 2, 4 order by 4, 2`,
      );
      const byTenant = Map.groupBy(rows, (row) => row.tenantId);
      return ids.map((id) => byTenant.get(id) ?? []);
    },
  );
  return loader.load(tenantId ?? '');
}

/** The sums by currency. */
export function sumsOf(rows: readonly RevenueRow[]): { amount: string; currency: string }[] {
  return [...Map.groupBy(rows, ({ currency }) => currency)].map(([currency, ofCurrency]) => ({
    amount: toCents(sumOf(ofCurrency.map(({ amount }) => amount))),
    currency,
  }));
}

import { loadSummary, referToPlatform, referToTenant } from '@cdx/kit';
import sql, { type Sql } from 'sql-template-tag';
import type { BillingSummaryResolvers, PlatformResolvers, TenantResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { toCents } from './money.ts';
import { loadRevenue, sumsOf } from './revenue.ts';

/** The figures of a tenant, or of all, by currency: the main one first. */
export interface Figures {
  /** Null of all tenants. */
  readonly tenantId: string | null;
  readonly currencies: readonly CurrencyFigures[];
}

interface CurrencyFigures {
  readonly currency: string;
  /** Exactly, to 20 places. */
  readonly mrr: string;
  readonly active: number;
  readonly trialing: number;
  readonly pastDue: number;
  readonly open: number;
  readonly openAmount: string;
  readonly overdue: number;
  readonly overdueAmount: string;
}

type FiguresRow = CurrencyFigures & { readonly tenantId: string };

export const tenant: TenantResolvers = {
  __resolveReference: referToTenant,
  billing: ({ id }, _, context) =>
    loadSummary<Figures>(context, 'Tenant.billing', id, { tenantId: id, currencies: [] }, async (ids) => {
      const rows = await context.db.many<FiguresRow>(figures(ids));
      return [...Map.groupBy(rows, ({ tenantId }) => tenantId)].map(([tenantId, currencies]) => ({
        tenantId,
        currencies,
      }));
    }),
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  mrr: async (_, __, context) => byCurrency(await loadPlatform(context), 'mrr'),
  billing: (_, __, context) => loadPlatform(context),
};

export const billingSummary: BillingSummaryResolvers = {
  currency: ({ currencies }) => currencies[0]?.currency ?? null,
  mrr: (summary) => inMain(summary, 'mrr'),
  mrrByCurrency: (summary) => byCurrency(summary, 'mrr'),
  activeSubscriptions: (summary) => countOf(summary, 'active'),
  trialingSubscriptions: (summary) => countOf(summary, 'trialing'),
  pastDueSubscriptions: (summary) => countOf(summary, 'pastDue'),
  openInvoices: (summary) => countOf(summary, 'open'),
  openAmount: (summary) => inMain(summary, 'openAmount'),
  openByCurrency: (summary) => byCurrency(summary, 'openAmount'),
  overdueInvoices: (summary) => countOf(summary, 'overdue'),
  overdueAmount: (summary) => inMain(summary, 'overdueAmount'),
  overdueByCurrency: (summary) => byCurrency(summary, 'overdueAmount'),
  revenue: async ({ tenantId }, { period }, context) => sumsOf(await loadRevenue(context, tenantId, period)),
  async revenueByMonth({ tenantId }, { period }, context) {
    const rows = await loadRevenue(context, tenantId, period);
    const months = Map.groupBy(rows, ({ month }) => month.getTime());
    return [...months].map(([month, revenue]) => ({ month: new Date(month), revenue: sumsOf(revenue) }));
  },
};

type Count = 'active' | 'trialing' | 'pastDue' | 'open' | 'overdue';
type Amount = 'mrr' | 'openAmount' | 'overdueAmount';

function countOf({ currencies }: Figures, count: Count): number {
  return currencies.reduce((sum, figure) => sum + figure[count], 0);
}

function inMain({ currencies }: Figures, amount: Amount): string {
  return toCents(currencies[0]?.[amount] ?? '0');
}

/** The amounts that are not nothing. */
function byCurrency({ currencies }: Figures, amount: Amount): { amount: string; currency: string }[] {
  return currencies
    .map((figure) => ({ amount: toCents(figure[amount]), currency: figure.currency }))
    .filter(({ amount: cents }) => cents !== '0.00');
}

/** The figures of the whole, read once in a request. */
function loadPlatform(context: Context): Promise<Figures> {
  const loader = context.loaders.get<'platform', Figures>('Platform.billing', async (keys) => {
    const currencies = await context.db.many<FiguresRow>(figures(null));
    return keys.map(() => ({ tenantId: null, currencies }));
  });
  return loader.load('platform');
}

/**
 * The figures of many tenants, or of all together, by currency: that of most running subscriptions first, then that of
 * most open invoices, then the first by name. A month's part of a price is divided at 30 places and rounded at 20, so that
 * thirds that add up to a whole do so before cents are made.
 * @param tenantIds null for all together
 */
function figures(tenantIds: readonly string[] | null): Sql {
  const owner = tenantIds ? sql`t.tenant_id` : sql`''`;
  const among = tenantIds ? sql`t.tenant_id = any(${[...tenantIds]}::text[])` : sql`true`;
  return sql`with running as (
      select ${owner} as tenant_id, p.currency, count(*) as running,
        count(*) filter (where t.status <> 'trialing') as active,
        count(*) filter (where t.status = 'trialing') as trialing,
        count(*) filter (where t.status = 'past_due') as past_due,
        coalesce(sum(p.amount::numeric(42, 30) / (p.interval_count * case p."interval" when 'year' then 12 else 1 end))
          filter (where t.status <> 'trialing'), 0) as mrr
      from billing.subscriptions t join billing.plans p on p.id = t.plan_id
      where t.status <> 'cancelled' and ${among}
      group by 1, 2
    ), owed as (
      select ${owner} as tenant_id, t.currency, t.due_date < now() as is_overdue, t.total - coalesce(p.paid, 0) as due
      from billing.invoices t
      left join lateral (
        select sum(amount) as paid from billing.payments where invoice_id = t.id and status = 'succeeded'
      ) p on true
      where t.status = 'open' and ${among}
    ), open as (
      select tenant_id, currency, count(*) as open, sum(due) as open_amount,
        count(*) filter (where is_overdue) as overdue, coalesce(sum(due) filter (where is_overdue), 0) as overdue_amount
      from owed group by 1, 2
    )
    select tenant_id as "tenantId", currency, round(coalesce(r.mrr, 0), 20)::text as mrr,
      coalesce(r.active, 0)::int as active, coalesce(r.trialing, 0)::int as trialing,
      coalesce(r.past_due, 0)::int as "pastDue", coalesce(o.open, 0)::int as open,
      coalesce(o.open_amount, 0)::text as "openAmount", coalesce(o.overdue, 0)::int as overdue,
      coalesce(o.overdue_amount, 0)::text as "overdueAmount"
    from running r full join open o using (tenant_id, currency)
    order by tenant_id, coalesce(r.running, 0) desc, coalesce(o.open, 0) desc, currency`;
}

import sql, { type Sql } from 'sql-template-tag';
import type { LeadStage } from '../generated/resolvers.ts';

/** The leads of one stage, currency and outcome. */
export interface LeadGroup {
  readonly stage: LeadStage;
  readonly currency: string;
  readonly isWon: boolean;
  readonly count: number;
  readonly value: string;
  readonly weightedValue: string;
  /** The sum of their probabilities. */
  readonly probability: number;
}

/** What the figures of a tenant, or of the whole platform, follow from. */
export interface FiguresRow {
  /** The tenant; empty for the platform. */
  readonly tenantId: string;
  readonly totalCustomers: number;
  readonly activeCustomers: number;
  readonly leads: readonly LeadGroup[];
}

/** Which tables a summary needs. */
export interface Parts {
  readonly customers: boolean;
  readonly leads: boolean;
}

/** What leads of one currency have brought. */
export interface Won {
  readonly tenantId: string;
  readonly currency: string;
  readonly value: string;
}

/** A time span; `to` is beyond it. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

/** The tenants that figures are wanted of, each for itself; all as one where it is null. */
type Tenants = readonly string[] | null;

const ofTenants = (tenants: Tenants): Sql =>
  tenants === null ? sql`true` : sql`t.tenant_id = any(${[...tenants]}::text[])`;
const keyOf = (tenants: Tenants): Sql => (tenants === null ? sql`''::text` : sql`t.tenant_id`);

/** A row of figures for each tenant that has any, in one statement; parts that nobody asks for are not read. */
export function figuresStatement(tenants: Tenants, parts: Parts): Sql {
  return sql`
    with c as (${parts.customers ? customerFigures(tenants) : noFigures}),
      l as (${parts.leads ? leadFigures(tenants) : noFigures})
    select key as "tenantId", coalesce((c.figures ->> 'total')::int, 0) as "totalCustomers",
      coalesce((c.figures ->> 'active')::int, 0) as "activeCustomers", coalesce(l.figures, '[]') as leads
    from c full join l using (key)`;
}

const noFigures = sql`select ''::text as key, null::json as figures where false`;

const customerFigures = (tenants: Tenants): Sql => sql`
  select ${keyOf(tenants)} as key, json_build_object(
    'total', count(*), 'active', count(*) filter (where t.status = 'active')
  ) as figures
  from crm.customers t where ${ofTenants(tenants)} group by 1`;

const leadFigures = (tenants: Tenants): Sql => sql`
  select g.key, json_agg(json_build_object(
    'stage', g.stage, 'currency', g.currency, 'isWon', g.won, 'count', g.count, 'value', g.value::text,
    'weightedValue', g.weighted::text, 'probability', g.probability
  ) order by g.currency, g.stage) as figures
  from (
    select ${keyOf(tenants)} as key, t.stage, t.currency, t.stage = 'closed' and t.probability = 100 as won,
      count(*) as count, sum(t.value) as value, sum(t.weighted_value) as weighted, sum(t.probability) as probability
    from crm.leads t where ${ofTenants(tenants)} group by 1, 2, 3, 4
  ) g group by 1`;

/** What the leads that were won in a period have brought, by tenant and currency. */
export function wonStatement(tenants: Tenants, { from, to }: Period): Sql {
  return sql`
    select ${keyOf(tenants)} as "tenantId", t.currency, sum(t.value)::text as value
    from crm.leads t
    where t.stage = 'closed' and t.probability = 100 and ${ofTenants(tenants)}
      and t.closed_at >= ${from}::timestamptz and t.closed_at < ${to}::timestamptz
    group by 1, 2`;
}

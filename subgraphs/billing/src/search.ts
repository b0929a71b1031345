import { badInput } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { QueryResolvers, SearchHit } from '../generated/resolvers.ts';

export const query: QueryResolvers = {
  billingSearch(_, { text, tenantId, first: size }, context) {
    if (text.trim() === '' || text.length > 1_000) throw badInput('text', 'between 1 and 1,000 characters');
    if (size < 1 || size > 100) throw badInput('first', 'between 1 and 100');
    // Hyphens part words here as in the vectors: Postgres would read what follows one in a number as a negative number.
    const words = text.replaceAll('-', ' ');
    const ofTenant = tenantId == null ? sql`true` : sql`t.tenant_id = ${tenantId}`;
    return context.db.many<SearchHit>(
      sql`with q as (select websearch_to_tsquery('simple', ${words}) as query),
        found as (
          select 'Invoice' as type, t.id, t.tenant_id, coalesce(t.invoice_number, 'Draft') as title,
            concat_ws(' ', replace(t.invoice_number, '-', ' '), replace(t.customer_id::text, '-', ' '),
              (select string_agg(l ->> 'description', ' ') from jsonb_array_elements(t.lines) l)) as body,
            ts_rank(t.search, q.query) as rank
          from billing.invoices t, q where t.search @@ q.query and ${ofTenant}
          union all
          select 'BillingSubscription', t.id, t.tenant_id, p.name,
            concat_ws(' ', p.name, replace(t.customer_id::text, '-', ' '), t.cancel_reason),
            ts_rank(t.search || p.search, q.query)
          from billing.subscriptions t join billing.plans p on p.id = t.plan_id, q
          where (t.search @@ q.query or t.plan_id in (select s.id from billing.plans s where s.search @@ q.query))
            and ${ofTenant}
          union all
          select 'Plan', t.id, null, t.name, concat_ws(' ', t.name, t.description), ts_rank(t.search, q.query)
          from billing.plans t, q where t.search @@ q.query
        ),
        hits as (select * from found order by rank desc, id limit ${size})
        select type, id, tenant_id as "tenantId", title, rank,
          ts_headline('simple', body, query, 'StartSel=**, StopSel=**, MaxFragments=1') as highlight
        from hits, q order by rank desc, id`,
    );
  },
};

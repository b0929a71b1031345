import { badInput } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { QueryResolvers, SearchHit } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { ofTenant, visibleEvents } from './event.ts';

/** The most events whose pages are looked at: the latest that have a title. */
const maxPages = 50_000;

export const query: QueryResolvers = {
  analyticsSearch(_, { text, tenantId, first }, context) {
    if (text.trim() === '' || text.length > 1_000) throw badInput('text', 'between 1 and 1,000 characters');
    if (first < 1 || first > 100) throw badInput('first', 'between 1 and 100');
    return search(context, text, tenantId, first);
  },
};

/**
 * One statement over all three. Names of metrics are those of the last months' rows, one for each month; titles are
 * compared once each. Highlights are made for the page alone, since they cost more than the search.
 */
function search(
  context: Context,
  text: string,
  tenantId: string | null | undefined,
  first: number,
): Promise<SearchHit[]> {
  return context.db.many<SearchHit>(
    sql`with q as (select websearch_to_tsquery('english', ${text}) as query),
    found as (
      select 'Dashboard' as type, t.id, t.tenant_id, t.name as title, concat_ws(' ', t.name, t.description) as body,
        ts_rank(t.search, q.query) as rank
      from analytics.dashboards t, q where t.search @@ q.query and ${ofTenant(context, tenantId)}
      union all
      (
        select distinct on (t.tenant_id, t.metric_name) 'Metric', t.id, t.tenant_id, t.metric_name,
          translate(t.metric_name, '._', '  '), 0.5
        from analytics.metrics t, q
        where t.granularity = 'month' and t.period_start >= date_trunc('month', now() - interval '30 days', 'UTC')
          and ${ofTenant(context, tenantId)} and to_tsvector('english', translate(t.metric_name, '._', '  ')) @@ q.query
        order by t.tenant_id, t.metric_name, t.period_start desc
      )
      union all
      select 'Event', p.id, p.tenant_id, p.page_title, p.page_title, ts_rank(to_tsvector('english', p.page_title), q.query)
      from (
        select distinct on (v.tenant_id, v.page_title) v.id, v.tenant_id, v.page_title
        from (
          select t.id, t.tenant_id, t.page_title, t.created_at from analytics.events t
          where t.page_title is not null and t.created_at >= now() - interval '30 days'
            and ${visibleEvents(context, tenantId)}
          order by t.created_at desc limit ${maxPages}
        ) v
        order by v.tenant_id, v.page_title, v.created_at desc, v.id
      ) p, q
      where to_tsvector('english', p.page_title) @@ q.query
    ),
    hits as (select * from found order by rank desc, id limit ${first})
    select type, id, tenant_id as "tenantId", title, rank,
      ts_headline('english', body, query, 'StartSel=**, StopSel=**, MaxFragments=1') as highlight
    from hits, q order by rank desc, id`,
  );
}

import { searchTables, type Searched } from '@cdx/kit';
import { Dashboard, Event, Metric } from '@cdx/prisma-analytics/tables';
import sql, { type Sql } from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { ofTenant, visibleEvents } from './event.ts';

/** The most events whose pages are looked at: the latest that have a title. */
const maxPages = 50_000;

export const query: QueryResolvers = {
  analyticsSearch(_, sought, context) {
    const { tenantId } = sought;
    // Who means another tenant finds nothing there: what the caller sees goes before.
    const meant = tenantId == null ? sql`true` : sql`t.tenant_id = ${tenantId}`;
    const figures = sql`${ofTenant(context)} and ${meant}`;
    const sources = [
      dashboards(figures),
      metrics(figures),
      pages(sql`${visibleEvents(context)} and ${meant}`),
    ];
    return searchTables(context.db, sources, sought);
  },
};

function dashboards(visible: Sql): Searched {
  return {
    table: Dashboard,
    where: visible,
    language: 'english',
    title: sql`t.name`,
    body: sql`concat_ws(' ', t.name, t.description)`,
  };
}

/** The metrics of the last months by their names, each once. */
function metrics(visible: Sql): Searched {
  const words = sql`translate(t.metric_name, '._', '  ')`;
  return {
    table: Metric,
    from: sql`(
      select distinct on (t.tenant_id, t.metric_name) t.id, t.tenant_id, t.metric_name,
        to_tsvector('english', ${words}) as search
      from analytics.metrics t
      where t.granularity = 'month' and t.period_start >= date_trunc('month', now() - interval '30 days', 'UTC')
        and ${visible}
      order by t.tenant_id, t.metric_name, t.period_start desc
    )`,
    language: 'english',
    title: sql`t.metric_name`,
    body: words,
  };
}

/** The pages that were seen in the last 30 days by their titles, each once, by the event that is the latest. */
function pages(visible: Sql): Searched {
  return {
    table: Event,
    from: sql`(
      select p.id, p.tenant_id, p.page_title, to_tsvector('english', p.page_title) as search
      from (
        select distinct on (v.tenant_id, v.page_title) v.id, v.tenant_id, v.page_title
        from (
          select t.id, t.tenant_id, t.page_title, t.created_at from analytics.events t
          where t.page_title is not null and t.created_at >= now() - interval '30 days'
            and ${visible}
          order by t.created_at desc limit ${maxPages}
        ) v
        order by v.tenant_id, v.page_title, v.created_at desc, v.id
      ) p
    )`,
    language: 'english',
    title: sql`t.page_title`,
    body: sql`t.page_title`,
  };
}

import { loadSummary, referToPlatform, referToTenant, seesTenant } from '@cdx/kit';
import sql, { type Sql } from 'sql-template-tag';
import type {
  AnalyticsSummaryResolvers,
  PlatformResolvers,
  TenantResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { happenedIn } from './event.ts';
import { eventPeriod } from './period.ts';
import { namesAsked, type EventCount } from './top-events.ts';

/** Whose figures: a tenant's, or those of all tenants. */
export interface Summarized {
  readonly tenantId: string | null;
}

export const tenant: TenantResolvers = {
  __resolveReference: referToTenant,
  analytics: ({ id }, _, context) => (seesTenant(context, id) ? { tenantId: id } : null),
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  analytics: () => ({ tenantId: null }),
};

export const analyticsSummary: AnalyticsSummaryResolvers = {
  events24h: async (of, _, context) => (await lastDay(context, of)).events,
  activeUsers24h: async (of, _, context) => (await lastDay(context, of)).users,
  sessions24h: async (of, _, context) => (await lastDay(context, of)).sessions,
  async events(of, { period }, context) {
    const { from, to } = eventPeriod(period);
    const part = `events(${from.toISOString()}, ${to.toISOString()})`;
    const { count } = await summarize(context, of, part, { count: 0 }, (which) =>
      countIn(which, happenedIn({ from, to })),
    );
    return count;
  },
  async topEvents(of, { first, period }, context) {
    const { from, to } = period ? eventPeriod(period) : { from: null, to: null };
    const when = from ? happenedIn({ from, to }) : sql`t.created_at >= now() - interval '30 days'`;
    const part = `topEvents(${String(from?.toISOString())}, ${String(to?.toISOString())}, ${namesAsked(first)})`;
    const none: readonly EventCount[] = [];
    const { names } = await summarize(context, of, part, { names: none }, (which) =>
      topNames(which, when, first),
    );
    return names;
  },
};

/** The rows that a statement counts, aliased `t`, and whose they are. */
interface Which {
  readonly condition: Sql;
  readonly owner: Sql;
}

/**
 * A part of a summary. The same part of all tenants that are asked for in one tick is read by one statement, and that of
 * the platform by one.
 * @param part names what the statement depends on
 * @param empty the part of who has no events
 * @param statement answers one row for each owner that has some, with the owner as `tenantId`
 */
async function summarize<Part extends object>(
  context: Context,
  { tenantId }: Summarized,
  part: string,
  empty: Part,
  statement: (which: Which) => Sql,
): Promise<Part> {
  type Row = Part & { readonly tenantId: string };
  if (tenantId === null) {
    const loader = context.loaders.get<string, Part>(`Platform.analytics.${part}`, async () => [
      (await context.db.one<Row>(statement({ condition: sql`true`, owner: sql`''::text` }))) ?? empty,
    ]);
    return loader.load('platform');
  }
  const found = await loadSummary<Part>(context, `Tenant.analytics.${part}`, tenantId, empty, (ids) =>
    context.db.many<Row>(
      statement({ condition: sql`t.tenant_id = any(${[...ids]}::text[])`, owner: sql`t.tenant_id` }),
    ),
  );
  return found ?? empty;
}

interface Figures {
  readonly events: number;
  readonly users: number;
  readonly sessions: number;
}

const noFigures: Figures = { events: 0, users: 0, sessions: 0 };

/** The figures of the last 24 hours, which one statement counts together. */
function lastDay(context: Context, of: Summarized): Promise<Figures> {
  return summarize(
    context,
    of,
    'lastDay',
    noFigures,
    ({ condition, owner }) => sql`
      select ${owner} as "tenantId", count(*)::int as events, count(distinct t.user_id)::int as users,
        count(distinct (t.tenant_id, t.session_id)) filter (where t.session_id is not null)::int as sessions
      from analytics.events t where ${condition} and t.created_at >= now() - interval '24 hours' group by 1`,
  );
}

function countIn({ condition, owner }: Which, when: Sql): Sql {
  return sql`select ${owner} as "tenantId", count(*)::int as count
    from analytics.events t where ${condition} and ${when} group by 1`;
}

function topNames({ condition, owner }: Which, when: Sql, first: number): Sql {
  return sql`select "tenantId", jsonb_agg(jsonb_build_object('name', name, 'count', count) order by place) as names
    from (
      select ${owner} as "tenantId", t.event_name as name, count(*)::int as count,
        row_number() over (partition by ${owner} order by count(*) desc, t.event_name) as place
      from analytics.events t where ${condition} and ${when} group by 1, 2
    ) ranked
    where place <= ${first} group by 1`;
}

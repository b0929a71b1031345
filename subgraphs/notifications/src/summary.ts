import { isSelected, loadSummary, referToPlatform, referToTenant } from '@cdx/kit';
import type { GraphQLResolveInfo } from 'graphql';
import sql, { type Sql } from 'sql-template-tag';
import type {
  NotificationsSummaryResolvers,
  NotificationType,
  PlatformResolvers,
  TenantResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { ofSeenUsers } from './recipient.ts';

/** What the fields of a summary follow from. */
export interface Summary {
  /** The tenant; empty for the platform. */
  readonly tenantId: string;
  readonly unread: number;
  readonly sent24h: number;
  readonly failed24h: number;
  /** How many there are of each type that there is any of. */
  readonly types: Readonly<Partial<Record<NotificationType, number>>>;
}

/** Which tables a summary needs. */
interface Parts {
  readonly notifications: boolean;
  readonly deliveries: boolean;
}

export const tenant: TenantResolvers = {
  __resolveReference: referToTenant,
  notifications({ id }, _, context, info) {
    const parts = partsOf(info);
    const name = `Tenant.notifications(${JSON.stringify(parts)})`;
    return loadSummary(context, name, id, emptyOf(id), (ids) =>
      context.db.many<Summary>(figuresStatement(context, ids, parts)),
    );
  },
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  notifications: async (_, __, context, info) =>
    (await context.db.one<Summary>(figuresStatement(context, null, partsOf(info)))) ?? emptyOf(''),
};

const types = ['info', 'success', 'warning', 'error'] as const;

export const summary: NotificationsSummaryResolvers = {
  total: ({ types: counts }) => types.reduce((sum, type) => sum + (counts[type] ?? 0), 0),
  byType: ({ types: counts }) => types.map((type) => ({ type, count: counts[type] ?? 0 })),
};

const emptyOf = (tenantId: string): Summary => ({ tenantId, unread: 0, sent24h: 0, failed24h: 0, types: {} });

/** The tables that the selected fields follow from. */
function partsOf(info: GraphQLResolveInfo): Parts {
  const selected = (...names: readonly string[]): boolean => names.some((name) => isSelected(info, name));
  return {
    notifications: selected('total', 'unread', 'byType'),
    deliveries: selected('sent24h', 'failed24h'),
  };
}

/** The tenants that figures are wanted of, each for itself; all as one where it is null. */
type Tenants = readonly string[] | null;

/** A row of figures for each tenant that has any, in one statement; a table that nobody asks for is not read. */
function figuresStatement(context: Context, tenants: Tenants, parts: Parts): Sql {
  const key = tenants === null ? sql`''::text` : sql`t.tenant_id`;
  const where = sql`${tenants === null ? sql`true` : sql`t.tenant_id = any(${[...tenants]}::text[])`}
    and ${ofSeenUsers(context)}`;
  return sql`
    with n as (${parts.notifications ? notificationFigures(key, where) : noFigures}),
      d as (${parts.deliveries ? deliveryFigures(key, where) : noFigures})
    select key as "tenantId", coalesce((n.figures ->> 'unread')::int, 0) as unread,
      coalesce(n.figures -> 'types', '{}') as types,
      coalesce((d.figures ->> 'sent')::int, 0) as sent24h, coalesce((d.figures ->> 'failed')::int, 0) as failed24h
    from n full join d using (key)`;
}

const noFigures = sql`select ''::text as key, null::json as figures where false`;

const notificationFigures = (key: Sql, where: Sql): Sql => sql`
  select g.key, json_build_object('unread', sum(g.unread), 'types', json_object_agg(g.type, g.count)) as figures
  from (
    select ${key} as key, t.type, count(*) as count, count(*) filter (where not t.read) as unread
    from notifications.notifications t where ${where} group by 1, 2
  ) g group by 1`;

/** What was sent and what failed is in one index each. */
const deliveryFigures = (key: Sql, where: Sql): Sql => sql`
  select g.key, json_build_object('sent', sum(g.sent), 'failed', sum(g.failed)) as figures
  from (
    select ${key} as key, count(*) as sent, 0 as failed from notifications.deliveries t
    where t.sent_at >= now() - interval '24 hours' and ${where} group by 1
    union all
    select ${key}, 0, count(*) from notifications.deliveries t
    where t.status = 'failed' and t.failed_at >= now() - interval '24 hours' and ${where} group by 1
  ) g group by 1`;

import {
  forbidden,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  ofOwnTenant,
  requireUser,
  seesTenant,
  type Readable,
} from '@cdx/kit';
import { Event as table, type EventRow } from '@cdx/prisma-analytics/tables';
import sql, { type Sql } from 'sql-template-tag';
import type { EventResolvers, QueryResolvers, UserResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { eventPeriod, type Period } from './period.ts';

export const query: QueryResolvers = {
  event: (_, { id }, context) => loadEvent(context, id),
  events: (_, { period, ...args }, context, info) =>
    loadPage<EventRow>(context, eventsIn(context, eventPeriod(period)), args, isSelected(info, 'totalCount')),
};

export const event: EventResolvers = {
  __resolveReference: ({ id }, context) => loadEvent(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  user: ({ userId: id }) => (id ? { id } : null),
};

export const user: UserResolvers = {
  events({ id }, { period, ...args }, context, info) {
    const { from, to } = eventPeriod(period);
    return loadChildPage<EventRow>(
      context,
      `User.events(${from.toISOString()}, ${to.toISOString()})`,
      { ...eventsIn(context, { from, to }), parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    );
  },
};

/** The event with that id, if the caller may see it. */
export function loadEvent(context: Context, id: string): Promise<EventRow | null> {
  return loadEntity<EventRow>(context, { ...readableEvents, where: visibleEvents(context) }, id);
}

const readableEvents: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };

function eventsIn(context: Context, period: Period): Readable {
  return { ...readableEvents, where: sql`${visibleEvents(context)} and ${happenedIn(period)}` };
}

/** The condition on events, aliased `t`, that they happened in a period: by it partitions are left out. */
export function happenedIn({ from, to }: Period): Sql {
  return sql`t.created_at >= ${from}::timestamptz and t.created_at < ${to}::timestamptz`;
}

/**
 * The condition on events, aliased `t`, that the caller sees them. The policies of the table say the same; said here
 * too, it is one that an index can be sought by.
 * @param tenantId the one tenant whose events are meant; for a superadmin all tenants' when there is none
 * @throws FORBIDDEN when somebody else than a superadmin means another tenant
 */
export function visibleEvents(context: Context, tenantId?: string | null): Sql {
  const tenant = ofTenant(context, tenantId);
  const { role } = context.identity;
  if (role === 'superadmin' || role === 'system' || role === 'admin') return tenant;
  return sql`${tenant} and t.user_id = ${requireUser(context).userId}::uuid`;
}

/**
 * The condition on rows, aliased `t`, that they belong to a tenant whose figures the caller sees.
 * @param tenantId the one tenant that is meant; for a superadmin all of them when there is none
 * @throws FORBIDDEN when somebody else than a superadmin means another tenant
 */
export function ofTenant(context: Context, tenantId?: string | null): Sql {
  if (tenantId == null) return context.identity.role === 'system' ? sql`true` : ofOwnTenant(context);
  if (!seesTenant(context, tenantId))
    throw forbidden('Only a superadmin may ask for the figures of another tenant');
  return sql`t.tenant_id = ${tenantId}`;
}

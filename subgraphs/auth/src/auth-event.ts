import { isSelected, loadChildPage, loadEntity, loadPage, walled, type Readable } from '@cdx/kit';
import { AuthEvent as table, User as userTable, type AuthEventRow } from '@cdx/prisma-auth/tables';
import type { AuthEventResolvers, QueryResolvers, UserResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { userLink } from './user.ts';

const events: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };

export const query: QueryResolvers = {
  authEvents: (_, { tenantId, ...args }, context, info) =>
    loadPage<AuthEventRow>(context, eventsOf(context, tenantId), args, isSelected(info, 'totalCount')),
};

/** The events of a tenant's users, as far as the caller sees them. */
function eventsOf({ db }: Context, tenantId: string | null | undefined): Readable {
  if (tenantId == null) return events;
  const where = walled`t.user_id in (select u.id from ${db.rowsOf(userTable)} u where u.tenant_id = ${tenantId})`;
  return { ...events, where };
}

export const authEvent: AuthEventResolvers = {
  __resolveReference: ({ id }, context) => loadEntity<AuthEventRow>(context, events, id),
  user: ({ userId }, _, context) => userLink(context, userId),
};

export const user: UserResolvers = {
  authEvents: ({ id }, args, context, info) =>
    loadChildPage<AuthEventRow>(
      context,
      'User.authEvents',
      { ...events, parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

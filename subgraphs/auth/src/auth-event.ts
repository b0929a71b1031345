import { isSelected, loadChildPage, loadEntity, loadPage, type Readable } from '@cdx/kit';
import { AuthEvent as table, type AuthEventRow } from '@cdx/prisma-auth/tables';
import type { AuthEventResolvers, QueryResolvers, UserResolvers } from '../generated/resolvers.ts';
import { userLink } from './user.ts';

const events: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };

export const query: QueryResolvers = {
  authEvents: (_, args, context, info) =>
    loadPage<AuthEventRow>(context, events, args, isSelected(info, 'totalCount')),
};

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

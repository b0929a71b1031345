import { isSelected, loadChildPage, loadEntity, loadPage, type Readable } from '@cdx/kit';
import { AuthEvent as table, type AuthEventRow } from '@cdx/prisma-auth/tables';
import type { AuthEventResolvers, QueryResolvers, UserResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { userLink } from './user.ts';
import { personalWall } from './walls.ts';

const events = (context: Context): Readable => ({
  table,
  order: { property: 'createdAt', direction: 'DESC' },
  where: personalWall(context),
});

export const query: QueryResolvers = {
  authEvents: (_, args, context, info) =>
    loadPage<AuthEventRow>(context, events(context), args, isSelected(info, 'totalCount')),
};

export const authEvent: AuthEventResolvers = {
  __resolveReference: ({ id }, context) => loadEntity<AuthEventRow>(context, events(context), id),
  user: ({ userId }, _, context) => userLink(context, userId),
};

export const user: UserResolvers = {
  authEvents: ({ id }, args, context, info) =>
    loadChildPage<AuthEventRow>(
      context,
      'User.authEvents',
      { ...events(context), parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

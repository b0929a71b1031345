import {
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  uuidToBytes,
  type Readable,
} from '@cdx/kit';
import { Session as table, type SessionRow } from '@cdx/prisma-auth/tables';
import sql from 'sql-template-tag';
import type {
  MutationResolvers,
  QueryResolvers,
  SessionResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import { recordEvent } from './accounts/events.ts';
import { endSessions } from './accounts/refresh-token.ts';
import type { Context } from './context.ts';
import { subjectOf, userLink } from './user.ts';
import { personalWall } from './walls.ts';

const sessions = (context: Context): Readable & { readonly where: ReturnType<typeof personalWall> } => ({
  table,
  order: { property: 'createdAt', direction: 'DESC' },
  where: personalWall(context),
});

export const query: QueryResolvers = {
  sessions(_, { activeOnly, ...args }, context, info) {
    const list = sessions(context);
    const where = activeOnly
      ? sql`${list.where} and t.id in (select a.id from active_user_sessions a)`
      : list.where;
    return loadPage<SessionRow>(context, { ...list, where }, args, isSelected(info, 'totalCount'));
  },
};

export const mutation: MutationResolvers = {
  async revokeSession(_, { id }, context) {
    const { userId } = await existing(context, id);
    await subjectOf(context, userId, 'auth:sessions:revoke');
    await context.db.write(async (tx) => {
      const ended = await endSessions(tx, { id: uuidToBytes(id) });
      if (ended > 0) {
        const metadata = { sessionId: id, by: context.identity.userId };
        await recordEvent(tx, context, { eventType: 'logout', userId, metadata });
      }
    });
    return existing(context, id);
  },
};

export const session: SessionResolvers = {
  __resolveReference: ({ id }, context) => loadEntity<SessionRow>(context, sessions(context), id),
  isCurrent: ({ id }, _, { identity }) => id === identity.sessionId,
  user: ({ userId }, _, context) => userLink(context, userId),
};

export const user: UserResolvers = {
  sessions: ({ id }, args, context, info) =>
    loadChildPage<SessionRow>(
      context,
      'User.sessions',
      { ...sessions(context), parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

async function existing(context: Context, id: string): Promise<SessionRow> {
  const found = await loadEntity<SessionRow>(context, sessions(context), id);
  if (!found) throw notFound('Session', id);
  return found;
}

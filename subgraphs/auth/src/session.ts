import {
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  unconfined,
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

const sessions: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };

/** Sessions that still hold, as the database's own view says it. */
const isActive = unconfined(
  'it narrows what is read from behind the wall',
  sql`t.id in (select a.id from active_user_sessions a)`,
);

export const query: QueryResolvers = {
  sessions(_, { activeOnly, ...args }, context, info) {
    const list = activeOnly ? { ...sessions, where: isActive } : sessions;
    return loadPage<SessionRow>(context, list, args, isSelected(info, 'totalCount'));
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
  __resolveReference: ({ id }, context) => loadEntity<SessionRow>(context, sessions, id),
  isCurrent: ({ id }, _, { identity }) => id === identity.sessionId,
  user: ({ userId }, _, context) => userLink(context, userId),
};

export const user: UserResolvers = {
  sessions: ({ id }, args, context, info) =>
    loadChildPage<SessionRow>(
      context,
      'User.sessions',
      { ...sessions, parent: 'userId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

async function existing(context: Context, id: string): Promise<SessionRow> {
  const found = await loadEntity<SessionRow>(context, sessions, id);
  if (!found) throw notFound('Session', id);
  return found;
}

import { parseInput, uuid } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { prismaSql } from './prisma-sql.ts';

export const mutation: MutationResolvers = {
  async forgetUserInAnalytics(_, args, context) {
    const userId = parseInput(uuid, args.userId, 'userId');
    const forget = sql`select analytics.forget_user_in_events(${userId}::uuid) as count`;
    return context.db.write(
      async (tx) => {
        const [events] = await tx.$queryRaw<readonly { readonly count: number }[]>(prismaSql(forget));
        const { count } = await tx.dashboard.deleteMany({ where: { createdBy: userId, isPublic: false } });
        return (events?.count ?? 0) + count;
      },
      {
        unaudited: 'An event is a record itself, and an entry would keep the user whom it forgets.',
        timeoutMs: 120_000,
      },
    );
  },
};

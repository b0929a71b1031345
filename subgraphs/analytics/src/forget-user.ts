import { batchesWithin, changeFound, inBatches, inTurn, parseInput, uuid, type BatchLimits } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';
import { prismaSql } from './prisma-sql.ts';

export const mutation: MutationResolvers = {
  async forgetUserInAnalytics(_, args, context) {
    return forgetUser(context.db, parseInput(uuid, args.userId, 'userId'), batchesWithin(context));
  },
};

/**
 * Takes a user who is deleted from the events, and deletes the dashboards that are not public.
 * @returns whether nothing is left; false when the time was up before
 */
export async function forgetUser(db: Context['db'], userId: string, limits: BatchLimits): Promise<boolean> {
  const { isComplete } = await inBatches(limits, (most) =>
    db.write(
      (tx) =>
        inTurn(most, [
          (take) => forgetInEvents(tx, userId, take),
          async (take) => {
            const where = { createdBy: userId, isPublic: false };
            const dashboards = await tx.dashboard.findMany({ where, select: { id: true }, take });
            return changeFound(dashboards, (id) => tx.dashboard.deleteMany({ where: { ...where, id } }));
          },
        ]),
      { unaudited: 'An event is a record itself, and an entry would keep the user whom it forgets.' },
    ),
  );
  return isComplete;
}

async function forgetInEvents(tx: Transaction, userId: string, most: number): Promise<number> {
  const forget = sql`select analytics.forget_user_in_events(${userId}::uuid, ${most}::int) as found`;
  const [events] = await tx.$queryRaw<readonly { readonly found: number }[]>(prismaSql(forget));
  return events?.found ?? 0;
}

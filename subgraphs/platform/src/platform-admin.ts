import {
  forbidden,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  uuid,
  type Readable,
} from '@cdx/kit';
import { PlatformAdmin as table, type PlatformAdminRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type {
  MutationResolvers,
  PlatformAdminResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';
import { requireOperator } from './operator.ts';

const readableAdmins: Readable = { table, order: { property: 'grantedAt', direction: 'ASC' } };

const userIdInput = z.object({ userId: uuid });

export const query: QueryResolvers = {
  platformAdmin(_, { userId }, context) {
    requireOperator(context);
    return loadAdmin(context, userId);
  },
  platformAdmins(_, args, context, info) {
    requireOperator(context);
    return loadPage<PlatformAdminRow>(context, readableAdmins, args, isSelected(info, 'totalCount'));
  },
};

export const mutation: MutationResolvers = {
  async grantPlatformAdmin(_, { level, ...args }, context) {
    const grantedBy = requireOperator(context);
    const { userId } = parseInput(userIdInput, args, 'arguments');
    await context.db.write(async (tx) => {
      await checkOwner(tx, grantedBy, userId, level);
      await tx.platformAdmin.upsert({
        where: { userId },
        create: { userId, level, grantedBy },
        update: { level, grantedBy, grantedAt: new Date() },
      });
    });
    return existingAdmin(context, userId);
  },

  async revokePlatformAdmin(_, args, context) {
    const caller = requireOperator(context);
    const { userId } = parseInput(userIdInput, args, 'arguments');
    await existingAdmin(context, userId);
    await context.db.write(async (tx) => {
      await checkOwner(tx, caller, userId, null);
      await tx.platformAdmin.deleteMany({ where: { userId } });
    });
    return userId;
  },
};

export const platformAdmin: PlatformAdminResolvers = {
  __resolveReference: ({ userId }, context) => loadAdmin(context, userId),
  user: ({ userId: id }) => ({ id }),
  grantedBy: ({ grantedBy: id }) => (id === null ? null : { id }),
};

export const user: UserResolvers = {
  platformAdmin: ({ id }, _, context) => loadAdmin(context, id),
};

function loadAdmin(context: Context, userId: string): Promise<PlatformAdminRow | null> {
  return loadEntity<PlatformAdminRow>(context, readableAdmins, userId);
}

async function existingAdmin(context: Context, userId: string): Promise<PlatformAdminRow> {
  const found = await loadAdmin(context, userId);
  if (!found) throw notFound('PlatformAdmin', userId);
  return found;
}

/**
 * Sees to it that nobody but an owner makes one, or changes one. While there is none, anybody who may be here does.
 * @param caller null for the product itself
 * @param level what the user is to be; null for nothing any more
 */
async function checkOwner(
  tx: Transaction,
  caller: string | null,
  userId: string,
  level: PlatformAdminRow['level'] | null,
): Promise<void> {
  if (caller === null) return;
  const owners = await tx.platformAdmin.findMany({ where: { level: 'owner' }, select: { userId: true } });
  const isOwner = (id: string): boolean => owners.some((owner) => owner.userId === id.toLowerCase());
  const concernsOwner = level === 'owner' || isOwner(userId);
  if (concernsOwner && owners.length > 0 && !isOwner(caller)) {
    throw forbidden('Only an owner of the platform makes owners or changes them');
  }
}

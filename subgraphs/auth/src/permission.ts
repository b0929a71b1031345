import {
  badInput,
  loadAllOf,
  loadEntity,
  notFound,
  requireRole,
  requireUser,
  selectColumns,
  uuidToBytes,
  walled,
  type Readable,
} from '@cdx/kit';
import {
  Permission as table,
  UserPermission as grantTable,
  type PermissionRow,
  type UserPermissionRow,
} from '@cdx/prisma-auth/tables';
import type {
  MutationResolvers,
  PermissionGrantResolvers,
  PermissionResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import { recordEvent } from './accounts/events.ts';
import { endSessions } from './accounts/refresh-token.ts';
import type { Context } from './context.ts';
import { loadUser, tenantOf, userLink } from './user.ts';

/** The list is the same for everybody. */
const permissions: Readable = { table, order: { property: 'key', direction: 'ASC' } };

export const query: QueryResolvers = {
  permissions(_, __, context) {
    requireUser(context);
    return context.db.many<PermissionRow>(
      walled`select ${selectColumns('mysql', table)} from ${context.db.rowsOf(table)} t order by t.key`,
    );
  },
};

export const mutation: MutationResolvers = {
  async grantPermission(_, { userId, permission: key }, context) {
    const caller = requireRole(context, 'superadmin');
    const permission = await byKey(context, key);
    const tenantId = await tenantOf(context, userId);
    const grant = { userId: uuidToBytes(userId), permissionId: uuidToBytes(permission.id) };
    const grantedBy = uuidToBytes(caller.userId);
    await context.db.write(
      async (tx) => {
        await tx.userPermission.createMany({ data: { ...grant, grantedBy }, skipDuplicates: true });
        const metadata = { permission: key, by: caller.userId };
        await recordEvent(tx, context, { eventType: 'role_granted', userId, metadata });
      },
      { tenantId },
    );
    return loadUser(context, userId);
  },

  async revokePermission(_, { userId, permission: key }, context) {
    const caller = requireRole(context, 'superadmin');
    const permission = await byKey(context, key);
    const tenantId = await tenantOf(context, userId);
    const grant = { userId: uuidToBytes(userId), permissionId: uuidToBytes(permission.id) };
    await context.db.write(
      async (tx) => {
        const { count } = await tx.userPermission.deleteMany({ where: grant });
        if (count === 0) throw notFound('PermissionGrant', `of ${key} to ${userId}`);
        const metadata = { permission: key, by: caller.userId };
        await recordEvent(tx, context, { eventType: 'role_revoked', userId, metadata });
        await endSessions(tx, { userId: uuidToBytes(userId) });
      },
      { tenantId },
    );
    return loadUser(context, userId);
  },
};

export const permission: PermissionResolvers = {
  __resolveReference(reference, context) {
    requireUser(context);
    return 'id' in reference
      ? loadEntity<PermissionRow>(context, permissions, reference.id)
      : loadEntity<PermissionRow>(context, permissions, reference.key, 'key');
  },
};

export const permissionGrant: PermissionGrantResolvers = {
  async permission({ permissionId }, _, context) {
    const found = await loadEntity<PermissionRow>(context, permissions, permissionId);
    if (!found) throw notFound('Permission', permissionId);
    return found;
  },
  grantedBy: ({ grantedBy }, _, context) => userLink(context, grantedBy),
};

export const user: UserResolvers = {
  permissionGrants: ({ id }, _, context) =>
    loadAllOf<UserPermissionRow>(
      context,
      { table: grantTable, order: { property: 'grantedAt', direction: 'ASC' } },
      'userId',
      id,
    ),
};

/** Refuses keys that are in no list of permissions: a role with a misspelt one would silently give nothing. */
export async function checkPermissions(context: Context, keys: readonly string[]): Promise<void> {
  const found = await Promise.all(
    keys.map((key) => loadEntity<PermissionRow>(context, permissions, key, 'key')),
  );
  const unknown = keys.find((_, index) => !found[index]);
  if (unknown !== undefined)
    throw badInput('input.permissions', `keys of known permissions; ${unknown} is none`);
}

async function byKey(context: Context, key: string): Promise<PermissionRow> {
  const found = await loadEntity<PermissionRow>(context, permissions, key, 'key');
  if (!found) throw notFound('Permission', key);
  return found;
}

import {
  asJson,
  badInput,
  conflict,
  given,
  isSelected,
  loadAllOf,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireRole,
  uuidToBytes,
  type Readable,
} from '@cdx/kit';
import {
  Role as table,
  UserRole as grantTable,
  type RoleRow,
  type UserRoleRow,
} from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type {
  MutationResolvers,
  QueryResolvers,
  RoleGrantResolvers,
  RoleResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import { recordEvent } from './accounts/events.ts';
import { endSessions } from './accounts/refresh-token.ts';
import type { Context } from './context.ts';
import { checkPermissions } from './permission.ts';
import { loadUser, userLink } from './user.ts';

const readableRoles: Readable = { table, order: { property: 'name', direction: 'ASC' } };

const name = z.string().trim().min(1, 'must not be empty').max(100);
const description = z.string().max(500, 'must have at most 500 characters').nullish();
const permissions = z.array(z.string()).max(200);
const createInput = z.object({ name, description, permissions, tenantId: z.string().min(1).max(50) });
const updateInput = z.object({ name, description, permissions }).partial();

export const query: QueryResolvers = {
  roles: (_, args, context, info) =>
    loadPage<RoleRow>(context, readableRoles, args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createRole(_, { input }, context) {
    requireRole(context, 'superadmin');
    const parsed = parseInput(createInput, input);
    await checkPermissions(context, parsed.permissions);
    const { id } = await context.db.write((tx) =>
      tx.role.create({
        data: { ...parsed, description: parsed.description ?? null, permissions: asJson(parsed.permissions) },
        select: { id: true },
      }),
    );
    return existing(context, String(id));
  },

  async updateRole(_, { id, input }, context) {
    requireRole(context, 'superadmin');
    const role = await ofATenant(context, id);
    const { permissions: changed, ...values } = parseInput(updateInput, input);
    if (changed) await checkPermissions(context, changed);
    const data = { ...given(values), ...(changed ? { permissions: asJson(changed) } : {}) };
    await context.db.write((tx) => tx.role.updateMany({ where: { id: role.id }, data }));
    return existing(context, id);
  },

  async deleteRole(_, { id }, context) {
    requireRole(context, 'superadmin');
    const role = await ofATenant(context, id);
    await context.db.write((tx) => tx.role.deleteMany({ where: { id: role.id } }));
    return id;
  },

  async grantRole(_, { userId, roleId, expiresAt }, context) {
    const caller = requireRole(context, 'superadmin');
    const [user, role] = await Promise.all([loadUser(context, userId), existing(context, roleId)]);
    if (!user) throw notFound('User', userId);
    if (role.tenantId !== null && role.tenantId !== user.tenantId) {
      throw conflict('The role belongs to another tenant than the user', { field: 'roleId' });
    }
    const expiry = expiresAt == null ? null : new Date(expiresAt);
    if (expiry && expiry <= new Date()) throw badInput('expiresAt', 'a moment in the future');
    const key = { userId: uuidToBytes(userId), roleId: role.id };
    const grant = { grantedBy: uuidToBytes(caller.userId), grantedAt: new Date(), expiresAt: expiry };
    await context.db.write(
      async (tx) => {
        await tx.userRole.upsert({
          where: { userId_roleId: key },
          create: { ...key, ...grant },
          update: grant,
        });
        await recordEvent(tx, context, {
          eventType: 'role_granted',
          userId,
          metadata: { role: role.name, by: caller.userId },
        });
      },
      { tenantId: user.tenantId },
    );
    return loadUser(context, userId);
  },

  async revokeRole(_, { userId, roleId }, context) {
    const caller = requireRole(context, 'superadmin');
    const [user, role] = await Promise.all([loadUser(context, userId), existing(context, roleId)]);
    if (!user) throw notFound('User', userId);
    await context.db.write(
      async (tx) => {
        const { count } = await tx.userRole.deleteMany({
          where: { userId: uuidToBytes(userId), roleId: role.id },
        });
        if (count === 0) throw notFound('RoleGrant', `of ${role.name} to ${userId}`);
        await recordEvent(tx, context, {
          eventType: 'role_revoked',
          userId,
          metadata: { role: role.name, by: caller.userId },
        });
        await endSessions(tx, { userId: uuidToBytes(userId) });
      },
      { tenantId: user.tenantId },
    );
    return loadUser(context, userId);
  },
};

export const role: RoleResolvers = {
  __resolveReference: ({ id }, context) => loadRole(context, id),
  id: ({ id }) => String(id),
  isBuiltIn: ({ tenantId }) => tenantId === null,
  permissions: ({ permissions: keys }) => keys as readonly string[],
};

export const roleGrant: RoleGrantResolvers = {
  role: ({ roleId }, _, context) => existing(context, String(roleId)),
  grantedBy: ({ grantedBy }, _, context) => userLink(context, grantedBy),
};

export const user: UserResolvers = {
  roleGrants: ({ id }, _, context) =>
    loadAllOf<UserRoleRow>(
      context,
      { table: grantTable, order: { property: 'grantedAt', direction: 'ASC' } },
      'userId',
      id,
    ),
};

function loadRole(context: Context, id: string): Promise<RoleRow | null> {
  return loadEntity<RoleRow>(context, readableRoles, id);
}

async function existing(context: Context, id: string): Promise<RoleRow> {
  const found = await loadRole(context, id);
  if (!found) throw notFound('Role', id);
  return found;
}

async function ofATenant(context: Context, id: string): Promise<RoleRow> {
  const found = await existing(context, id);
  if (found.tenantId === null) throw conflict('Built-in roles cannot be changed', { field: 'id' });
  return found;
}

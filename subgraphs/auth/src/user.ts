import { randomBytes } from 'node:crypto';
import {
  badInput,
  codedError,
  given,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireRole,
  requireScope,
  requireUser,
  uuid,
  uuidToBytes,
  type Readable,
} from '@cdx/kit';
import { User as table, type UserRow } from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type {
  CreateUserInput,
  MutationResolvers,
  OrganizationResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import { insertAccount } from './accounts/account.ts';
import { emailInput } from './accounts/login.ts';
import { sendPasswordLink } from './accounts/password.ts';
import { hashPassword } from './accounts/passwords.ts';
import { endSessions } from './accounts/refresh-token.ts';
import type { Context } from './context.ts';
import { loadOrganization } from './organization.ts';

/** The users that the caller may see. */
const readableUsers: Readable = { table, order: { property: 'name', direction: 'ASC' } };

const name = z.string().trim().min(1, 'must not be empty').max(255);
const role = z.enum(['superadmin', 'admin', 'client', 'user']);
const createInput = z.object({
  email: emailInput,
  name,
  role,
  organizationId: uuid.nullish(),
});
const updateInput = z
  .object({ email: emailInput, name, role, isActive: z.boolean(), crmUserId: z.int().nullable() })
  .partial();

export const query: QueryResolvers = {
  me: (_, __, context) =>
    context.identity.userId === null ? null : loadUser(context, context.identity.userId),
  user: (_, { id }, context) => loadUser(context, id),
  userByEmail: (_, { email }, context) =>
    loadEntity<UserRow>(context, readableUsers, email.trim().toLowerCase(), 'email'),
  users: (_, args, context, info) =>
    loadPage<UserRow>(context, readableUsers, args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createUser(_, { input, idempotencyKey }, context) {
    requireRole(context, 'superadmin');
    const { user, isNew } = await makeUser(context, { mutation: 'createUser', input, idempotencyKey });
    if (isNew) await sendFirstLink(context, user);
    return user;
  },

  async updateUser(_, { id, input }, context) {
    const caller = requireRole(context, 'superadmin');
    const user = await existingUser(context, id);
    const { email, ...changes } = given(parseInput(updateInput, input));
    if (
      caller.userId === user.id &&
      (changes.isActive === false || (changes.role ?? user.role) !== user.role)
    ) {
      throw codedError('FORBIDDEN', 'Nobody takes away their own access; another superadmin can');
    }
    const moved = email !== undefined && email !== user.email;
    const data = { ...changes, ...(moved ? { email, emailVerified: false } : {}) };
    await context.db.write(async (tx) => {
      await tx.user.updateMany({ where: { id: uuidToBytes(user.id) }, data });
      // Tokens carry the role, so a change of it ends the logins like a loss of access.
      if (changes.isActive === false || changes.role) await endSessions(tx, { userId: uuidToBytes(user.id) });
    });
    return existingUser(context, id);
  },

  async deleteUser(_, { id }, context) {
    const { userId } = requireRole(context, 'superadmin');
    const user = await existingUser(context, id);
    if (user.id === userId)
      throw codedError('FORBIDDEN', 'Nobody deletes themselves; another superadmin can');
    await context.db.write((tx) => tx.user.deleteMany({ where: { id: uuidToBytes(user.id) } }));
    return user.id;
  },
};

export const user: UserResolvers = {
  __resolveReference: ({ id }, context) => loadUser(context, id),
  tenant: ({ tenantId: id }) => (id === null ? null : { id }),
  organization: ({ organizationId }, _, context) =>
    organizationId === null ? null : loadOrganization(context, organizationId),
};

export const organizationUsers: OrganizationResolvers = {
  users: ({ id }, args, context, info) =>
    loadChildPage<UserRow>(
      context,
      'Organization.users',
      { ...readableUsers, parent: 'organizationId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

/** A request for an account. */
export interface UserRequest {
  /** The mutation that it is of: an idempotency key is good for one. */
  readonly mutation: string;
  readonly input: CreateUserInput;
  readonly idempotencyKey?: string | null | undefined;
  readonly isActive?: boolean;
}

/**
 * Makes an account with a password that nobody knows, or finds the one that the same request has made.
 * @throws NOT_FOUND when there is no such organization, CONFLICT when the address is taken
 */
export async function makeUser(
  context: Context,
  { mutation: name, input, idempotencyKey, isActive = true }: UserRequest,
): Promise<{ readonly user: UserRow; readonly isNew: boolean }> {
  const { organizationId, ...values } = parseInput(createInput, input);
  const id = idFor(context, name, idempotencyKey);
  const found = idempotencyKey == null ? null : await loadUser(context, id);
  if (found) return { user: found, isNew: false };
  const organization = organizationId == null ? null : await loadOrganization(context, organizationId);
  if (organizationId != null && !organization) throw notFound('Organization', organizationId);
  if (!organization && (values.role === 'admin' || values.role === 'client')) {
    throw badInput('input.organizationId', 'given for an admin or a client');
  }
  const owner = { organizationId: organization?.id ?? null, tenantId: organization?.tenantId ?? null };
  const passwordHash = await hashPassword(randomBytes(32).toString('base64url'));
  await context.db.write((tx) => insertAccount(tx, { id, ...values, ...owner, passwordHash, isActive }), {
    tenantId: owner.tenantId,
  });
  return { user: await existingUser(context, id), isNew: true };
}

/** Sends the owner of an account that has been made for them the link that it opens with. */
export function sendFirstLink(context: Context, user: UserRow): Promise<void> {
  const reason = 'An account has been made for you. It needs a password.';
  return sendPasswordLink(context, user, 'Your new account', reason);
}

/** The user with that id, if the caller may see them. */
export function loadUser(context: Context, id: string): Promise<UserRow | null> {
  return loadEntity<UserRow>(context, readableUsers, id);
}

/** A link back to a user, by its id alone: the row is read when more than the id is asked for. */
export function userLink(context: Context, id: string | null): Promise<UserRow | null> | null {
  return id === null ? null : loadUser(context, id);
}

/** @throws NOT_FOUND when the caller sees no such user */
export async function existingUser(context: Context, id: string): Promise<UserRow> {
  const found = await loadUser(context, id);
  if (!found) throw notFound('User', id);
  return found;
}

/**
 * The user whose own things a caller changes: the caller, or for a superadmin anybody.
 * @param scope what a superadmin needs beside the role, for another user
 * @throws NOT_FOUND when there is no such user for the caller, FORBIDDEN when it is another
 */
export async function subjectOf(
  context: Context,
  userId: string | null | undefined,
  scope = 'auth:write',
): Promise<string> {
  const caller = requireUser(context);
  if (userId == null || userId === caller.userId) return caller.userId;
  requireRole(context, 'superadmin');
  requireScope(context, scope);
  return (await existingUser(context, userId)).id;
}

/** The tenant of a user whom the caller may see: whose the rows are that belong to the user. */
export async function tenantOf(context: Context, userId: string): Promise<string | null> {
  const { identity } = context;
  return userId === identity.userId ? identity.tenantId : (await existingUser(context, userId)).tenantId;
}

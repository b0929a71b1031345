import { requireUser, uuidToBytes, type Identity, type Wall } from '@cdx/kit';
import type * as tables from '@cdx/prisma-auth/tables';
import sql, { type Sql } from 'sql-template-tag';

/**
 * MySQL has no row-level security, so this file is the wall between tenants: whatever is read of a table of this domain
 * is read from behind its wall, which the kit puts in its place. Each is a condition over the table aliased `t`.
 */

/** The id as MySQL stores it. */
export const idBytes = (id: string): Buffer => Buffer.from(uuidToBytes(id));

const ofUser = (userId: string): Sql => sql`t.user_id = ${idBytes(userId)}`;
const ofTenant = (tenantId: string): Sql =>
  sql`t.user_id in (select u.id from users u where u.tenant_id = ${tenantId})`;

/** The wall is there for all who have logged in but those who see past every wall. */
const wall =
  (condition: (user: ReturnType<typeof requireUser>) => Sql): Wall =>
  ({ identity }) =>
    seesAll(identity) ? sql`true` : condition(requireUser({ identity }));

const seesAll = ({ role, userId }: Identity): boolean =>
  role === 'system' || (role === 'superadmin' && userId !== null);

/** Rows that are the same for everybody who has logged in. */
const common = wall(() => sql`true`);

/** Rows that nobody reads: what is asked of them is asked by its secret, before there is a caller. */
const secret: Wall = () => sql`false`;

/** Users: the caller and, in a tenant, its members. */
const users = wall(({ tenantId, userId }) =>
  tenantId === null
    ? sql`t.id = ${idBytes(userId)}`
    : sql`(t.id = ${idBytes(userId)} or t.tenant_id = ${tenantId})`,
);

/** Rows that say who a user is: for those who may see the user. */
const profiles = wall(({ tenantId, userId }) =>
  tenantId === null ? ofUser(userId) : sql`(${ofUser(userId)} or ${ofTenant(tenantId)})`,
);

/** Rows that are a user's own: for the user, the tenant's admins and superadmins. */
const personal = wall(({ role, tenantId, userId }) =>
  role === 'admin' && tenantId !== null ? sql`(${ofUser(userId)} or ${ofTenant(tenantId)})` : ofUser(userId),
);

/** The caller's own organization. */
const organizations = wall(({ tenantId }) => sql`t.tenant_id = ${tenantId ?? ''}`);

/** What concerns a tenant, for its admins. */
const ofTenantsAdmins = wall(({ role, tenantId }) =>
  role === 'admin' && tenantId !== null ? sql`t.tenant_id = ${tenantId}` : sql`false`,
);

/** The built-in roles and the caller's tenant's. */
const roles = wall(({ tenantId }) => sql`(t.tenant_id is null or t.tenant_id = ${tenantId ?? ''})`);

/** The wall of every table: one that is added has none to be read by until it is listed here. */
export const walls: Readonly<Record<keyof typeof tables, Wall>> = {
  AuditEntry: ofTenantsAdmins,
  AuthEvent: personal,
  AuthToken: secret,
  Organization: organizations,
  Permission: common,
  Role: roles,
  Session: personal,
  SubscriptionTier: common,
  User: users,
  UserActivity: personal,
  UserPermission: personal,
  UserPreferences: personal,
  UserProfile: profiles,
  UserProject: personal,
  UserRole: personal,
  UserSubscription: personal,
};

import { between, cycle, now, seeded, type Row } from '@cdx/demo';
import { uuidToBytes } from '@cdx/kit';
import { seededId, type Ids } from './account-rows.ts';
import type { Person, Tenant } from './people.ts';

const customRoles = [
  {
    name: 'editor',
    description: 'Writes and publishes templates',
    permissions: ['templates:write', 'templates:publish'],
  },
  { name: 'auditor', description: 'Reads accounts and bills', permissions: ['auth:read', 'billing:read'] },
  {
    name: 'agent-operator',
    description: 'Runs agents and searches their memory',
    permissions: ['clients:write', 'clients:memory:search'],
  },
] as const;

/** The roles that each tenant has beside the built-in ones. */
export function customRoleRows(tenants: readonly Tenant[]): Row[] {
  return tenants.flatMap(({ id, createdAt }) =>
    customRoles.map((role) => ({ ...role, tenant_id: id, created_at: createdAt })),
  );
}

/** A custom role for every eighth user. */
export function roleGrantRows(tenants: readonly Tenant[], roleIds: ReadonlyMap<string, number>): Row[] {
  return tenants.flatMap((tenant) =>
    everyUser(tenant, 8).map((user, index) => {
      const key = `${tenant.id} ${cycle(customRoles, index).name}`;
      const roleId = roleIds.get(key);
      if (roleId === undefined) throw new Error(`The role ${key} was not inserted`);
      return { ...grant(user, tenant), role_id: roleId };
    }),
  );
}

/** How many rows `roleGrantRows` makes. */
export function roleGrantCount(tenants: readonly Tenant[]): number {
  return tenants.reduce((sum, tenant) => sum + everyUser(tenant, 8).length, 0);
}

/** The permission to publish templates for every thirtieth user. */
export function directGrantRows(tenants: readonly Tenant[], permissionIds: Ids): Row[] {
  const permissionId = seededId(permissionIds, 'templates:publish');
  return tenants.flatMap((tenant) =>
    everyUser(tenant, 30).map((user) => ({ ...grant(user, tenant), permission_id: permissionId })),
  );
}

function everyUser({ users }: Tenant, step: number): Person[] {
  return users.filter(({ role }) => role === 'user').filter((_, index) => index % step === 0);
}

function grant({ id, createdAt }: Person, { admin }: Tenant): Row {
  return {
    user_id: uuidToBytes(id),
    granted_by: uuidToBytes(admin.id),
    granted_at: between(seeded(`grant ${id}`), createdAt, now),
  };
}

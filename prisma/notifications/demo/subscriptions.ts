import type { DemoTenant, DemoWorld, Row } from '@cdx/demo';

/** Where the users of a tenant are reached: everybody by e-mail. */
export function subscriptionsOf(world: DemoWorld, tenant: DemoTenant): Row[] {
  return tenant.users.map((user) => ({
    id: world.id(`subscription ${tenant.id} ${user.id}`, user.createdAt),
    tenant_id: tenant.id,
    user_id: user.id,
    channel: 'email',
    address: user.email,
    created_at: user.createdAt,
    updated_at: user.createdAt,
  }));
}

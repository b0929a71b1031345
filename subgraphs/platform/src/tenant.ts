import {
  asJson,
  conflict,
  given,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  newTenantId,
  notFound,
  parseInput,
  region,
  type Readable,
} from '@cdx/kit';
import { Tenant as table, type TenantRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type {
  ClientResolvers,
  MutationResolvers,
  QueryResolvers,
  TenantResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadHistory } from './history.ts';
import { requireOperator } from './operator.ts';

/** The caller's own tenant, and all for a superadmin; row-level security sees to it. */
const readableTenants: Readable = { table, order: { property: 'name', direction: 'ASC' } };

const fields = {
  clientId: newTenantId,
  name: z.string().trim().min(1, 'must not be empty').max(255),
  environment: z.enum(['production', 'staging', 'development']),
  region: region.nullish(),
};
const settings = z.record(z.string(), z.unknown());
const createInput = z.object({
  id: newTenantId,
  ...fields,
  status: z.enum(['active', 'provisioning'], 'must be ACTIVE or PROVISIONING'),
  settings: settings.nullish(),
});
const updateInput = z.object({ ...fields, settings }).partial();

export const query: QueryResolvers = {
  myTenant: (_, __, context) =>
    context.identity.tenantId === null ? null : loadTenant(context, context.identity.tenantId),
  tenant: (_, { id }, context) => loadTenant(context, id),
  tenants: (_, args, context, info) =>
    loadPage<TenantRow>(context, readableTenants, args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createTenant(_, { input, idempotencyKey }, context) {
    requireOperator(context);
    const { settings: chosen, region, ...values } = parseInput(createInput, input);
    const requestId = requestOf(context, idempotencyKey);
    const data = { ...values, region: region ?? null, settings: asJson(chosen ?? {}), requestId };
    const { count } = await context.db.write((tx) => tx.tenant.createMany({ data, skipDuplicates: true }), {
      tenantId: values.id,
    });
    const tenant = await existingTenant(context, values.id);
    const repeated = requestId !== null && tenant.requestId === requestId;
    if (count === 0 && !repeated) throw conflict('This id is taken', { field: 'input.id' });
    return tenant;
  },

  async updateTenant(_, { id, input }, context) {
    requireOperator(context);
    await existingTenant(context, id);
    const { settings: changed, ...values } = parseInput(updateInput, input);
    const data = { ...given(values), ...(changed ? { settings: asJson(changed) } : {}) };
    await context.db.write((tx) => tx.tenant.updateMany({ where: { id }, data }), { tenantId: id });
    return existingTenant(context, id);
  },

  activateTenant: (_, { id }, context) =>
    setStatus(context, id, 'active', ['provisioning', 'suspended', 'archived']),
  suspendTenant: (_, { id }, context) => setStatus(context, id, 'suspended', ['active']),

  async finishTenant(_, { id, idempotencyKey }, context) {
    const requestId = requestOf(context, idempotencyKey);
    const { count } = await context.db.write(
      (tx) =>
        tx.tenant.updateMany({
          where: { id, requestId, status: 'provisioning' },
          data: { status: 'active' },
        }),
      { tenantId: id },
    );
    const tenant = await existingTenant(context, id);
    const repeated = tenant.status === 'active' && tenant.requestId === requestId;
    if (count === 0 && !repeated) throw conflict(`Tenant ${id} is ${tenant.status}, or another request’s`);
    return tenant;
  },

  async deleteTenant(_, { id, idempotencyKey }, context) {
    const requestId = requestOf(context, idempotencyKey);
    const made = requestId === null ? await existingTenant(context, id) : await loadTenant(context, id);
    if (!made || (requestId !== null && made.requestId !== requestId)) return id;
    const { count } = await context.db.write(
      (tx) => tx.tenant.deleteMany({ where: { id, status: 'provisioning', requestId: made.requestId } }),
      { tenantId: id },
    );
    if (count === 0)
      throw conflict(`Tenant ${id} is ${made.status}; only one that is provisioning is deleted`);
    return id;
  },
};

export const tenant: TenantResolvers = {
  __resolveReference: ({ id }, context) => loadTenant(context, id),
  // The client of its own, which has its id, is made while a tenant is provisioned: there may be none yet.
  client: ({ id, clientId, status }) =>
    status === 'provisioning' && clientId === id ? null : { id: clientId },
  history: ({ id }, args, context, info) => loadHistory(context, 'Tenant', id, args, info),
};

export const client: ClientResolvers = {
  tenants: ({ id }, args, context, info) =>
    loadChildPage<TenantRow>(
      context,
      'Client.tenants',
      { ...readableTenants, parent: 'clientId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

/** The tenant with that id, if the caller may see it. */
export function loadTenant(context: Context, id: string): Promise<TenantRow | null> {
  return loadEntity<TenantRow>(context, readableTenants, id);
}

/** The request that makes a tenant, by its key. */
function requestOf(context: Context, key: string | null | undefined): string | null {
  return key == null ? null : idFor(context, 'createTenant', key);
}

/** @throws NOT_FOUND when the caller sees no such tenant */
export async function existingTenant(context: Context, id: string): Promise<TenantRow> {
  const found = await loadTenant(context, id);
  if (!found) throw notFound('Tenant', id);
  return found;
}

async function setStatus(
  context: Context,
  id: string,
  status: TenantRow['status'],
  from: readonly TenantRow['status'][],
): Promise<TenantRow> {
  requireOperator(context);
  const found = await existingTenant(context, id);
  const { count } = await context.db.write(
    (tx) => tx.tenant.updateMany({ where: { id, status: { in: [...from] } }, data: { status } }),
    { tenantId: id },
  );
  if (count === 0) throw conflict(`Tenant ${id} is ${found.status}; this needs it ${from.join(' or ')}`);
  return existingTenant(context, id);
}

import {
  asJson,
  conflict,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireRole,
  tenantId,
  uuid,
  type Readable,
} from '@cdx/kit';
import { SecurityEvent as table, type SecurityEventRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type {
  MutationResolvers,
  QueryResolvers,
  SecurityEventResolvers,
  TenantResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { requireOperator } from './operator.ts';
import { loadTenant } from './tenant.ts';

/** A tenant's admins see those of their tenant, superadmins all; row-level security sees to it. */
function readableEvents(context: Context): Readable {
  // Whoever else has been given the scope would find nothing, and not know why.
  if (context.identity.role !== 'system') requireRole(context, 'superadmin', 'admin');
  return { table, order: { property: 'createdAt', direction: 'DESC' } };
}

const recordInput = z.object({
  tenantId: tenantId.nullish(),
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
  kind: z.string().regex(/^[a-z][a-z0-9_.]{0,99}$/, 'must be small letters, digits, _ and ., at most 100'),
  userId: uuid.nullish(),
  description: z.string().trim().min(1, 'must not be empty').max(10_000),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});

export const query: QueryResolvers = {
  securityEvent: (_, { id }, context) => loadEvent(context, id),
  securityEvents: (_, args, context, info) =>
    loadPage<SecurityEventRow>(context, readableEvents(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async recordSecurityEvent(_, { input, idempotencyKey }, context) {
    requireOperator(context);
    const { tenantId, userId, metadata, ...values } = parseInput(recordInput, input);
    const id = idFor(context, 'recordSecurityEvent', idempotencyKey);
    const data = {
      id,
      ...values,
      tenantId: tenantId ?? null,
      userId: userId ?? null,
      metadata: asJson(metadata ?? {}),
    };
    await context.db.write((tx) =>
      tx.securityEvent.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existingEvent(context, id);
  },

  async resolveSecurityEvent(_, { id }, context) {
    const resolvedBy = requireOperator(context);
    await existingEvent(context, id);
    const { count } = await context.db.write((tx) =>
      tx.securityEvent.updateMany({
        where: { id, resolvedAt: null },
        data: { resolvedAt: new Date(), resolvedBy },
      }),
    );
    if (count === 0) throw conflict(`Security event ${id} has been resolved already`);
    return existingEvent(context, id);
  },
};

export const securityEvent: SecurityEventResolvers = {
  __resolveReference: ({ id }, context) => loadEvent(context, id),
  tenant: ({ tenantId }, _, context) => (tenantId === null ? null : loadTenant(context, tenantId)),
  user: ({ userId: id }) => (id === null ? null : { id }),
  resolvedBy: ({ resolvedBy: id }) => (id === null ? null : { id }),
};

export const tenant: TenantResolvers = {
  securityEvents: ({ id }, args, context, info) =>
    loadChildPage<SecurityEventRow>(
      context,
      'Tenant.securityEvents',
      { ...readableEvents(context), parent: 'tenantId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

function loadEvent(context: Context, id: string): Promise<SecurityEventRow | null> {
  return loadEntity<SecurityEventRow>(context, readableEvents(context), id);
}

async function existingEvent(context: Context, id: string): Promise<SecurityEventRow> {
  const found = await loadEvent(context, id);
  if (!found) throw notFound('SecurityEvent', id);
  return found;
}

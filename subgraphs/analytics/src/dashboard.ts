import {
  asJson,
  forbidden,
  given,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  ofOwnTenant,
  parseInput,
  requireUser,
  tenantId,
  tenantOf,
  type Readable,
} from '@cdx/kit';
import { Dashboard as table, type DashboardRow } from '@cdx/prisma-analytics/tables';
import { z } from 'zod';
import type {
  DashboardResolvers,
  MutationResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { dashboardConfigSchema, parseConfig } from './dashboard-config.ts';

/** The caller's own and the public ones of the tenant, for its admins all of it: as the table's policies say. */
function readableDashboards(context: Context): Readable {
  return { table, order: { property: 'name', direction: 'ASC' }, where: ofOwnTenant(context) };
}

const fields = {
  name: z.string().trim().min(1, 'must not be empty').max(255),
  description: z.string().max(10_000).nullish(),
  config: z.unknown().optional(),
};
const createInput = z.object({
  ...fields,
  isPublic: z
    .boolean()
    .nullish()
    .transform((isPublic) => isPublic ?? false),
  tenantId: tenantId.nullish(),
});
const updateInput = z.object({ ...fields, isPublic: z.boolean() }).partial();

export const query: QueryResolvers = {
  dashboard: (_, { id }, context) => loadDashboard(context, id),
  dashboardConfigSchema: () => dashboardConfigSchema,
  dashboards: (_, args, context, info) =>
    loadPage<DashboardRow>(context, readableDashboards(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createDashboard(_, { input, idempotencyKey }, context) {
    const caller = requireUser(context);
    const { config, description, ...values } = parseInput(createInput, input);
    const data = {
      id: idFor(context, 'createDashboard', idempotencyKey),
      ...values,
      tenantId: tenantOf(caller, values.tenantId),
      description: description ?? null,
      config: asJson(config == null ? { widgets: [] } : parseConfig(config)),
      createdBy: caller.userId,
    };
    await context.db.write((tx) => tx.dashboard.createMany({ data, skipDuplicates: idempotencyKey != null }));
    return existing(context, data.id);
  },

  async updateDashboard(_, { id, input }, context) {
    await writable(context, id);
    const { config, ...values } = parseInput(updateInput, input);
    const data = { ...given(values), ...(config == null ? {} : { config: asJson(parseConfig(config)) }) };
    await context.db.write((tx) => tx.dashboard.updateMany({ where: { id }, data }));
    return existing(context, id);
  },

  async deleteDashboard(_, { id }, context) {
    await writable(context, id);
    await context.db.write((tx) => tx.dashboard.deleteMany({ where: { id } }));
    return id;
  },
};

export const dashboard: DashboardResolvers = {
  __resolveReference: ({ id }, context) => loadDashboard(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  createdBy: ({ createdBy: id }) => ({ id }),
};

export const user: UserResolvers = {
  dashboards: ({ id }, args, context, info) =>
    loadChildPage<DashboardRow>(
      context,
      'User.dashboards',
      { ...readableDashboards(context), parent: 'createdBy' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

function loadDashboard(context: Context, id: string): Promise<DashboardRow | null> {
  return loadEntity<DashboardRow>(context, readableDashboards(context), id);
}

async function existing(context: Context, id: string): Promise<DashboardRow> {
  const found = await loadDashboard(context, id);
  if (!found) throw notFound('Dashboard', id);
  return found;
}

/** Sees to it that the caller made the dashboard or is a superadmin: as the table's policies say too. */
async function writable(context: Context, id: string): Promise<void> {
  const { userId, role } = requireUser(context);
  const { createdBy } = await existing(context, id);
  if (role !== 'superadmin' && createdBy !== userId)
    throw forbidden('Only its maker or a superadmin may change a dashboard');
}

import {
  asJson,
  conflict,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  newTenantId,
  notFound,
  parseInput,
  requireRole,
  uuidToBytes,
  walled,
  given,
  type Readable,
} from '@cdx/kit';
import { Organization as table, User as users, type OrganizationRow } from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type { MutationResolvers, OrganizationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { slugOf, tenantIdOf } from './organization-names.ts';
import { idBytes } from './walls.ts';

const readableOrganizations: Readable = { table, order: { property: 'name', direction: 'ASC' } };

const name = z.string().trim().min(1, 'must not be empty').max(255);
const settings = z.record(z.string(), z.unknown());
const createInput = z.object({
  name,
  slug: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be small letters, digits and single -')
    .max(100)
    .nullish(),
  tenantId: newTenantId.nullish(),
  settings: settings.nullish(),
});
const updateInput = z.object({ name, settings, isActive: z.boolean() }).partial();

export const query: QueryResolvers = {
  organization: (_, { id }, context) => loadOrganization(context, id),
  organizationBySlug: (_, { slug }, context) =>
    loadEntity<OrganizationRow>(context, readableOrganizations, slug, 'slug'),
  organizations: (_, args, context, info) =>
    loadPage<OrganizationRow>(context, readableOrganizations, args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createOrganization(_, { input, idempotencyKey }, context) {
    requireRole(context, 'superadmin');
    const parsed = parseInput(createInput, input);
    const id = idFor(context, 'createOrganization', idempotencyKey);
    const slug = parsed.slug ?? slugOf(parsed.name);
    const data = {
      id: uuidToBytes(id),
      name: parsed.name,
      slug,
      tenantId: parsed.tenantId ?? tenantIdOf(slug),
      settings: asJson(parsed.settings ?? {}),
    };
    const repeated = idempotencyKey != null && (await loadOrganization(context, id));
    if (!repeated) await context.db.write((tx) => tx.organization.createMany({ data }));
    return existing(context, id);
  },

  async updateOrganization(_, { id, input }, context) {
    requireRole(context, 'superadmin');
    await existing(context, id);
    const { settings: changed, ...values } = parseInput(updateInput, input);
    const data = { ...given(values), ...(changed ? { settings: asJson(changed) } : {}) };
    await context.db.write((tx) => tx.organization.updateMany({ where: { id: uuidToBytes(id) }, data }));
    return existing(context, id);
  },

  async deleteOrganization(_, { id }, context) {
    const { tenantId } = await existing(context, id);
    const member = await context.db.one(
      walled`select 1 from ${context.db.rowsOf(users)} t where t.organization_id = ${idBytes(id)} limit 1`,
    );
    if (member) throw conflict('Users belong to this organization', { field: 'id' });
    await context.db.write((tx) => tx.organization.deleteMany({ where: { id: uuidToBytes(id) } }), {
      tenantId,
    });
    return id;
  },
};

export const organization: OrganizationResolvers = {
  __resolveReference: ({ id }, context) => loadOrganization(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
};

/** The organization with that id, if the caller may see it. */
export function loadOrganization(context: Context, id: string): Promise<OrganizationRow | null> {
  return loadEntity<OrganizationRow>(context, readableOrganizations, id);
}

async function existing(context: Context, id: string): Promise<OrganizationRow> {
  const found = await loadOrganization(context, id);
  if (!found) throw notFound('Organization', id);
  return found;
}

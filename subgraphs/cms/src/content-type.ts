import {
  asJson,
  conflict,
  given,
  idFor,
  isSelected,
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
import { ContentType as table, type ContentTypeRow } from '@cdx/prisma-cms/tables';
import { z } from 'zod';
import type { ContentTypeResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { requireEditor } from './editors.ts';
import { holdType, locking, refuseUnfitting } from './fitting.ts';
import { contentBytes, jsonObject, name, settingsBytes, slug, slugTaken } from './input.ts';

/** The types of the caller's tenant, of whatever role. */
function readableTypes(context: Context): Readable {
  return { table, order: { property: 'name', direction: 'ASC' }, where: ofOwnTenant(context) };
}

const fields = { name, slug, schema: jsonObject(contentBytes / 4), settings: jsonObject(settingsBytes) };
const createInput = z.object({
  tenantId: tenantId.nullish(),
  ...fields,
  settings: fields.settings.nullish().transform((settings) => settings ?? {}),
});
const updateInput = z.object(fields).partial().extend({ force: z.boolean().nullish() });

export const query: QueryResolvers = {
  contentType: (_, { id }, context) => loadType(context, id),
  contentTypes: (_, args, context, info) =>
    loadPage<ContentTypeRow>(context, readableTypes(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createContentType(_, { input, idempotencyKey }, context) {
    requireEditor(context);
    const { schema, settings, tenantId: wanted, ...values } = parseInput(createInput, input);
    context.services.validators.check(schema, 'input.schema');
    const id = idFor(context, 'createContentType', idempotencyKey);
    const data = {
      ...{ id, ...values, tenantId: tenantOf(requireUser(context), wanted) },
      ...{ schema: asJson(schema), settings: asJson(settings) },
    };
    await context.db
      .write(async (tx) => {
        const repeated =
          idempotencyKey && (await tx.contentType.findUnique({ where: { id }, select: { id: true } }));
        if (!repeated) await tx.contentType.create({ data, select: { id: true } });
      })
      .catch(slugTaken);
    return existingType(context, id);
  },

  async updateContentType(_, { id, input }, context) {
    requireEditor(context);
    const type = await existingType(context, id);
    const { schema, settings, force, ...values } = parseInput(updateInput, input);
    const fits = schema && context.services.validators.check(schema, 'input.schema');
    const data = {
      ...given(values),
      ...(schema ? { schema: asJson(schema) } : {}),
      ...(settings ? { settings: asJson(settings) } : {}),
    };
    await context.db
      .write(
        async (tx) => {
          // Items that are written meanwhile wait, and are checked by the new schema.
          if (fits) await holdType(tx, id, 'alone');
          if (fits && force !== true) await refuseUnfitting(tx, type, fits);
          await tx.contentType.updateMany({ where: { id }, data });
        },
        { ...locking, timeoutMs: 60_000 },
      )
      .catch(slugTaken);
    return existingType(context, id);
  },

  async deleteContentType(_, { id }, context) {
    requireEditor(context);
    await existingType(context, id);
    await context.db.write(async (tx) => {
      const items = await tx.contentItem.count({ where: { contentTypeId: id, parentId: null } });
      if (items > 0) throw conflict(`The type has ${items} items; delete them first`, { field: 'id' });
      await tx.contentType.deleteMany({ where: { id } });
    });
    return id;
  },
};

export const contentType: Pick<ContentTypeResolvers, '__resolveReference' | 'tenant'> = {
  __resolveReference: ({ id }, context) => loadType(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
};

/** The type with that id, if the caller may see it. */
function loadType(context: Context, id: string): Promise<ContentTypeRow | null> {
  return loadEntity<ContentTypeRow>(context, readableTypes(context), id);
}

/** @throws NOT_FOUND when the caller sees no such type */
export async function existingType(context: Context, id: string): Promise<ContentTypeRow> {
  const type = await loadType(context, id);
  if (!type) throw notFound('ContentType', id);
  return type;
}

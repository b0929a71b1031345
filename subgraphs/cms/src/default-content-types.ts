import { asJson, conflict, idFor, parseInput, tenantId } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { existingType } from './content-type.ts';
import type { Context } from './context.ts';
import { slugTaken } from './input.ts';

const text = (maxLength: number): object => ({ type: 'string', maxLength });
const objectOf = (properties: object, required: readonly string[]): object => ({
  ...{ type: 'object', additionalProperties: false },
  ...{ properties, required },
});

/** The types of content that a new tenant begins with, and changes as it likes. */
const types = [
  {
    ...{ slug: 'article', name: 'Article' },
    schema: objectOf(
      {
        ...{ summary: text(500), body: text(20_000) },
        tags: { type: 'array', items: text(50), maxItems: 10, uniqueItems: true },
      },
      ['body'],
    ),
  },
  {
    ...{ slug: 'faq', name: 'Question and answer' },
    schema: objectOf({ answer: text(5_000), category: text(100) }, ['answer']),
  },
] as const;

export const mutation: MutationResolvers = {
  async createDefaultContentTypes(_, { tenantId: given, idempotencyKey }, context) {
    const tenant = parseInput(tenantId, given, 'tenantId');
    const rows = types.map(({ schema, ...values }) => ({
      ...{ id: idOfDefault(context, values.slug, idempotencyKey), tenantId: tenant, ...values },
      ...{ schema: asJson(schema), settings: {} },
    }));
    const ids = rows.map(({ id }) => id);
    await context.db
      .write(async (tx) => {
        const found = await tx.contentType.findMany({ where: { id: { in: ids } }, select: { id: true } });
        const missing = rows.filter(({ id }) => found.every((one) => one.id !== id));
        for (const data of missing) await tx.contentType.create({ data, select: { id: true } });
      })
      .catch(slugTaken);
    return Promise.all(ids.map((id) => existingType(context, id)));
  },

  async deleteDefaultContentTypes(_, { tenantId: tenant, idempotencyKey }, context) {
    const ids = types.map(({ slug }) => idOfDefault(context, slug, idempotencyKey));
    return context.db.write(async (tx) => {
      const items = await tx.contentItem.count({ where: { contentTypeId: { in: ids }, parentId: null } });
      if (items > 0) throw conflict(`The types have ${items} items; delete them first`);
      const { count } = await tx.contentType.deleteMany({ where: { id: { in: ids }, tenantId: tenant } });
      return count;
    });
  },
};

const idOfDefault = (context: Context, slug: string, key: string): string =>
  idFor(context, `createDefaultContentTypes:${slug}`, key);

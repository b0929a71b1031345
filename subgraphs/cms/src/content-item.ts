import {
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  ofOwnTenant,
  selectColumns,
  type Connection,
  type PageArguments,
  type Readable,
} from '@cdx/kit';
import { ContentItem as table, type ContentItemRow } from '@cdx/prisma-cms/tables';
import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import type {
  ContentItemResolvers,
  ContentTypeResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import { existingType } from './content-type.ts';
import type { Context } from './context.ts';
import { tenantAsked } from './tenant.ts';

/** The items of the caller's tenant; row-level security leaves out what who only reads may not see. */
export function readableItems(context: Context): Readable {
  return {
    table,
    order: { property: 'createdAt', direction: 'DESC' },
    where: sql`t.parent_id is null and ${ofOwnTenant(context)}`,
  };
}

export const query: QueryResolvers = {
  contentItem: (_, { id }, context) => loadItem(context, id),
  async contentItemBySlug(_, { type, slug, tenantId }, context) {
    const tenant = tenantAsked(context, tenantId);
    const item = await context.db.one<ContentItemRow>(
      sql`select ${selectColumns('postgres', table)} from cms.content_items t
        join cms.content_types c on c.id = t.content_type_id
        where c.tenant_id = ${tenant} and c.slug = ${type} and t.tenant_id = ${tenant} and t.slug = ${slug}
          and t.parent_id is null`,
    );
    return item ?? null;
  },
  contentItems: (_, args, context, info) =>
    loadPage<ContentItemRow>(context, readableItems(context), args, isSelected(info, 'totalCount')),
};

export const contentItem: Omit<ContentItemResolvers, 'revisions'> = {
  __resolveReference: ({ id }, context) => loadItem(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  contentType: ({ contentTypeId }, _, context) => existingType(context, contentTypeId),
  author: ({ authorId: id }) => ({ id }),
  problem: ({ id }, _, context) => problemOf(context, id),
};

export const contentType: Pick<ContentTypeResolvers, 'items'> = {
  items: ({ id }, args, context, info) => itemsOf(context, 'contentTypeId', id, args, info),
};

export const user: UserResolvers = {
  authoredContent: ({ id }, args, context, info) => itemsOf(context, 'authorId', id, args, info),
};

function itemsOf(
  context: Context,
  parent: 'contentTypeId' | 'authorId',
  id: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
): Promise<Connection<ContentItemRow>> {
  const items = { ...readableItems(context), parent };
  return loadChildPage(context, `ContentItem.${parent}`, items, id, args, isSelected(info, 'totalCount'));
}

interface Checked {
  readonly id: string;
  readonly data: unknown;
  readonly typeId: string;
  readonly schema: unknown;
}

/** Why an item does not fit its type's schema; all that are asked for in one tick are read by one statement. */
function problemOf({ db, loaders, services }: Context, id: string): Promise<string | null> {
  const loader = loaders.get<string, string | null>('ContentItem.problem', async (ids) => {
    const rows = await db.many<Checked>(
      sql`select t.id, t.data, c.id as "typeId", c.schema
        from cms.content_items t join cms.content_types c on c.id = t.content_type_id
        where t.id = any(${[...ids]}::uuid[])`,
    );
    const problems = new Map(
      rows.map(({ id: item, data, typeId, schema }) => {
        const problem = services.validators.of({ id: typeId, schema })(data);
        return [item, problem && `${['data', ...problem.path].join('.')} ${problem.expected}`];
      }),
    );
    return ids.map((key) => problems.get(key) ?? null);
  });
  return loader.load(id);
}

/** The item with that id, if the caller may see it. A revision is none. */
function loadItem(context: Context, id: string): Promise<ContentItemRow | null> {
  return loadEntity<ContentItemRow>(context, readableItems(context), id);
}

/** @throws NOT_FOUND when the caller sees no such item */
export async function existingItem(context: Context, id: string): Promise<ContentItemRow> {
  const item = await loadItem(context, id);
  if (!item) throw notFound('ContentItem', id);
  return item;
}

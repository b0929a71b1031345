import {
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  ofOwnTenant,
  selectColumns,
  type Readable,
} from '@cdx/kit';
import { Page as table, type PageRow } from '@cdx/prisma-cms/tables';
import sql from 'sql-template-tag';
import type { PageResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadWay } from './page-way.ts';
import { tenantAsked } from './tenant.ts';

/** The pages of the caller's tenant; row-level security leaves out what who only reads may not see. */
export function readablePages(context: Context): Readable {
  return { table, order: { property: 'sortOrder', direction: 'ASC' }, where: ofOwnTenant(context) };
}

export const query: Pick<QueryResolvers, 'page' | 'pageBySlug' | 'pages'> = {
  page: (_, { id }, context) => findPage(context, id),
  async pageBySlug(_, { slug, tenantId }, context) {
    const tenant = tenantAsked(context, tenantId);
    const page = await context.db.one<PageRow>(
      sql`select ${selectColumns('postgres', table)} from cms.pages t
        where t.tenant_id = ${tenant} and t.slug = ${slug}`,
    );
    return page ?? null;
  },
  pages: (_, args, context, info) =>
    loadPage<PageRow>(
      context,
      { ...readablePages(context), order: { property: 'createdAt', direction: 'DESC' } },
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const page: PageResolvers = {
  __resolveReference: ({ id }, context) => findPage(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  author: ({ authorId: id }) => ({ id }),
  async path({ id }, _, context) {
    const way = await loadWay(context, id);
    return way && `/${way.map(({ slug }) => slug).join('/')}`;
  },
  async breadcrumbs({ id }, _, context) {
    const way = await loadWay(context, id);
    return way && Promise.all(way.map((step) => existingPage(context, step.id)));
  },
  parent: ({ parentId }, _, context) => (parentId === null ? null : findPage(context, parentId)),
  children: ({ id }, args, context, info) =>
    loadChildPage<PageRow>(
      context,
      'Page.children',
      { ...readablePages(context), parent: 'parentId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

/** The page with that id, if the caller may see it. */
function findPage(context: Context, id: string): Promise<PageRow | null> {
  return loadEntity<PageRow>(context, readablePages(context), id);
}

/** @throws NOT_FOUND when the caller sees no such page */
export async function existingPage(context: Context, id: string): Promise<PageRow> {
  const found = await findPage(context, id);
  if (!found) throw notFound('Page', id);
  return found;
}

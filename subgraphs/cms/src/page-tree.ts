import { badInput } from '@cdx/kit';
import type { PageRow } from '@cdx/prisma-cms/tables';
import sql from 'sql-template-tag';
import type { PageTreeEntryResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { existingPage } from './page.ts';
import { maxLevels } from './page-way.ts';
import { tenantAsked } from './tenant.ts';

/** The most pages of one answer. */
const maxEntries = 2_000;

/** A page as a tree shows it. */
export type TreeRow = Pick<PageRow, 'id' | 'parentId' | 'title' | 'slug' | 'status' | 'sortOrder'> & {
  readonly path: string;
  readonly depth: number;
};

export const query: Pick<QueryResolvers, 'pageTree'> = {
  async pageTree(_, { tenantId, rootId, maxDepth, first: size }, context) {
    if (maxDepth < 1 || maxDepth > maxLevels) throw badInput('maxDepth', `between 1 and ${maxLevels}`);
    if (size < 1 || size > maxEntries) throw badInput('first', `between 1 and ${maxEntries}`);
    const root = rootId == null ? null : await existingPage(context, rootId);
    const tenant = root?.tenantId ?? tenantAsked(context, tenantId);
    const start = root ? sql`t.id = ${root.id}::uuid` : sql`t.parent_id is null`;
    // One more than the answer holds, to know whether there is another.
    const rows = await context.db.many<TreeRow>(
      sql`with recursive tree as (
          select t.id, 1 as depth, array[t.sort_order] as place, '/' || t.slug as path
            from cms.pages t where t.tenant_id = ${tenant} and ${start}
          union all
          select t.id, a.depth + 1, a.place || t.sort_order, a.path || '/' || t.slug
            from cms.pages t join tree a on t.parent_id = a.id
            where t.tenant_id = ${tenant} and a.depth < ${maxDepth}
        )
        select t.id, t.parent_id as "parentId", t.title, t.slug, t.status, t.sort_order as "sortOrder", a.path, a.depth
          from tree a join cms.pages t on t.id = a.id order by a.place limit ${size + 1}`,
    );
    return { entries: rows.slice(0, size), truncated: rows.length > size };
  },
};

export const pageTreeEntry: PageTreeEntryResolvers = {
  page: ({ id }, _, context) => existingPage(context, id),
};

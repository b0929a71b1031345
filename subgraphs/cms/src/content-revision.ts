import { isSelected, loadChildPage, ofOwnTenant, type ReadableChildren } from '@cdx/kit';
import { ContentItem, type ContentItemRow } from '@cdx/prisma-cms/tables';
import type { ContentItemResolvers, ContentRevisionResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

/** The rows of the items' table that have a parent, as the type that they are in the graph. */
const table = { ...ContentItem, model: 'ContentRevision' };

function readableRevisions(context: Context): ReadableChildren {
  return {
    table,
    order: { property: 'version', direction: 'DESC' },
    where: ofOwnTenant(context),
    parent: 'parentId',
  };
}

export const contentItem: Pick<ContentItemResolvers, 'revisions'> = {
  revisions: ({ id }, args, context, info) =>
    loadChildPage<ContentItemRow>(
      context,
      'ContentItem.revisions',
      readableRevisions(context),
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const contentRevision: ContentRevisionResolvers = {
  replacedAt: ({ createdAt }) => createdAt,
};

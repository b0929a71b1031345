import { conflict } from '@cdx/kit';
import type { ContentItemRow } from '@cdx/prisma-cms/tables';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { existingItem } from './content-item.ts';
import type { Context } from './context.ts';
import { requireEditor } from './editors.ts';
import { checkData, locking } from './fitting.ts';

type Status = ContentItemRow['status'];

/** From where each status is reached. */
const before: Readonly<Record<Status, readonly Status[]>> = {
  draft: ['published', 'archived'],
  published: ['draft'],
  archived: ['draft', 'published'],
};

export const mutation: Pick<
  MutationResolvers,
  'publishContentItem' | 'unpublishContentItem' | 'archiveContentItem'
> = {
  publishContentItem: (_, { id, expectedVersion }, context) =>
    setStatus(context, id, 'published', expectedVersion),
  unpublishContentItem: (_, { id }, context) => setStatus(context, id, 'draft'),
  archiveContentItem: (_, { id }, context) => setStatus(context, id, 'archived'),
};

/** Brings an item to a status, if it is there by a way that leads to it and nobody has changed it meanwhile. */
async function setStatus(
  context: Context,
  id: string,
  status: Status,
  expectedVersion?: number | null,
): Promise<ContentItemRow> {
  requireEditor(context);
  const item = await existingItem(context, id);
  if (!before[status].includes(item.status))
    throw conflict(`The item is ${item.status}; this needs it ${before[status].join(' or ')}`);
  const { version } = item;
  await context.db.write(async (tx) => {
    if (status === 'published') await checkData(tx, context.services, item.contentTypeId, item.data, 'data');
    const { count } = await tx.contentItem.updateMany({
      where: { id, status: item.status, version: expectedVersion ?? version },
      data: { status },
    });
    if (count === 0)
      throw conflict(`The item is no longer at version ${expectedVersion ?? version}; read it again`);
  }, locking);
  return existingItem(context, id);
}

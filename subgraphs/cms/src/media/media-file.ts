import {
  asJson,
  conflict,
  given,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  ofOwnTenant,
  parseInput,
  type Readable,
} from '@cdx/kit';
import { MediaFile as table, type MediaFileRow } from '@cdx/prisma-cms/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { MediaFileResolvers, MutationResolvers, QueryResolvers } from '../../generated/resolvers.ts';
import type { Context } from '../context.ts';
import { requireEditor, requireOwn } from '../editors.ts';
import { jsonObject, settingsBytes } from '../input.ts';

/** The files of the caller's tenant. */
export function readableFiles(context: Context): Readable {
  return { table, order: { property: 'createdAt', direction: 'DESC' }, where: ofOwnTenant(context) };
}

/** What is said about a file. */
export const describing = z.object({
  altText: z.string().trim().max(1_000, 'must have at most 1,000 characters').nullish(),
  caption: z.string().max(10_000, 'must have at most 10,000 characters').nullish(),
  metadata: jsonObject(settingsBytes).nullish(),
});

export const query: QueryResolvers = {
  mediaFile: (_, { id }, context) => loadFile(context, id),
  mediaFiles: (_, args, context, info) =>
    loadPage<MediaFileRow>(context, readableFiles(context), args, isSelected(info, 'totalCount')),
};

export const mutation: Pick<MutationResolvers, 'updateMediaFile' | 'deleteMediaFile'> = {
  async updateMediaFile(_, { id, input }, context) {
    const { metadata, ...values } = parseInput(describing, input);
    requireOwn(context, (await existingFile(context, id)).uploadedBy);
    const data = { ...given(values), ...(metadata ? { metadata: asJson(metadata) } : {}) };
    await context.db.write((tx) => tx.mediaFile.updateMany({ where: { id }, data }));
    return existingFile(context, id);
  },

  async deleteMediaFile(_, { id, force }, context) {
    // What others are drafting may show the file, which only editors see.
    requireEditor(context);
    const { filePath, tenantId } = await existingFile(context, id);
    if (!force) await refuseUsed(context, tenantId, id);
    await context.db.write((tx) => tx.mediaFile.deleteMany({ where: { id } }));
    await context.services.media.storage.delete(filePath).catch((error: unknown) => {
      // Nobody reaches it any more: it is served by its row alone.
      context.log.error({ error, filePath }, 'the bytes of a deleted file could not be deleted');
    });
    return id;
  },
};

export const mediaFile: MediaFileResolvers = {
  __resolveReference: ({ id }, context) => loadFile(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  fileSize: ({ fileSize }) => Number(fileSize),
  uploadedBy: ({ uploadedBy: id }) => ({ id }),
};

/** The file with that id, if the caller may see it. */
export function loadFile(context: Context, id: string): Promise<MediaFileRow | null> {
  return loadEntity<MediaFileRow>(context, readableFiles(context), id);
}

/** @throws NOT_FOUND when the caller sees no such file */
export async function existingFile(context: Context, id: string): Promise<MediaFileRow> {
  const file = await loadFile(context, id);
  if (!file) throw notFound('MediaFile', id);
  return file;
}

interface Use {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly all: number;
}

/** Names the first items and pages that name a file: by its id, which its URL has in it. Revisions do not count. */
async function refuseUsed({ db }: Context, tenantId: string, id: string): Promise<void> {
  const uses = await db.many<Use>(
    sql`select kind, id, title, count(*) over ()::int as all from (
        select 'ContentItem' as kind, t.id, t.title from cms.content_items t
          where t.tenant_id = ${tenantId} and t.parent_id is null
            and strpos(t.data::text || t.seo_data::text, ${id}) > 0
        union all
        select 'Page', t.id, t.title from cms.pages t
          where t.tenant_id = ${tenantId} and strpos(t.content::text, ${id}) > 0
      ) u order by kind, id limit 5`,
  );
  const [first] = uses;
  if (!first) return;
  const names = uses.map((use) => `${use.kind} “${use.title}” (${use.id})`).join(', ');
  throw conflict(`The file is used ${first.all} times: ${names}${first.all > uses.length ? ', …' : ''}`, {
    field: 'id',
  });
}

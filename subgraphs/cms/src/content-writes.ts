import { asJson, conflict, given, idFor, notFound, parseInput, requireUser, uuid } from '@cdx/kit';
import type { ContentItemRow } from '@cdx/prisma-cms/tables';
import type { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { existingItem } from './content-item.ts';
import { existingType } from './content-type.ts';
import type { Context, Transaction } from './context.ts';
import { requireOwnDraft } from './editors.ts';
import { checkData, locking } from './fitting.ts';
import { contentBytes, jsonObject, name, settingsBytes, slug, slugTaken } from './input.ts';

const fields = {
  title: name,
  slug,
  data: jsonObject(contentBytes),
  seoData: jsonObject(settingsBytes).nullish(),
};
const createInput = z.object({ contentTypeId: uuid, ...fields });
const updateInput = z.object(fields).partial().extend({ expectedVersion: z.number().int().nullish() });

export const mutation: Pick<
  MutationResolvers,
  'createContentItem' | 'updateContentItem' | 'restoreContentItem' | 'deleteContentItem'
> = {
  async createContentItem(_, { input, idempotencyKey }, context) {
    const { userId } = requireUser(context);
    const { data, seoData, ...values } = parseInput(createInput, input);
    const { tenantId } = await existingType(context, values.contentTypeId);
    const id = idFor(context, 'createContentItem', idempotencyKey);
    const row = {
      id,
      ...values,
      tenantId,
      data: asJson(data),
      seoData: asJson(seoData ?? {}),
      authorId: userId,
    };
    await context.db
      .write(async (tx) => {
        const repeated =
          idempotencyKey && (await tx.contentItem.findUnique({ where: { id }, select: { id: true } }));
        if (repeated) return;
        await checkData(tx, context.services, values.contentTypeId, data);
        await tx.contentItem.create({ data: row, select: { id: true } });
      }, locking)
      .catch(slugTaken);
    return existingItem(context, id);
  },

  async updateContentItem(_, { id, input }, context) {
    const { expectedVersion, data, seoData, ...values } = parseInput(updateInput, input);
    const item = await writableItem(context, id, expectedVersion);
    return newVersion(context, item, {
      ...given(values),
      ...(data ? { data } : {}),
      ...(seoData ? { seoData } : {}),
    });
  },

  async restoreContentItem(_, { id, version, expectedVersion }, context) {
    const item = await writableItem(context, id, expectedVersion);
    return newVersion(context, item, async (tx) => {
      const revision = await tx.contentItem.findFirst({
        where: { parentId: id, version },
        select: { title: true, slug: true, data: true, seoData: true },
      });
      if (!revision) throw notFound('ContentRevision', `${id} at version ${version}`);
      return { ...revision, data: revision.data as object, seoData: revision.seoData as object };
    });
  },

  async deleteContentItem(_, { id }, context) {
    const item = await existingItem(context, id);
    requireOwnDraft(context, item);
    const deletable = { not: 'published' } as const;
    const { count } = await context.db.write((tx) =>
      tx.contentItem.deleteMany({ where: { id, status: deletable } }),
    );
    if (count === 0) throw conflict(`The item is ${item.status}; archive it first`, { field: 'id' });
    return id;
  },
};

/** The content of an item, or as much of it as is changed. */
interface Content {
  readonly title?: string;
  readonly slug?: string;
  readonly data?: object;
  readonly seoData?: object;
}

/** Writes a version after the one that was read; the database keeps that one as a revision. */
async function newVersion(
  context: Context,
  { id, contentTypeId, version, data: stored }: ContentItemRow,
  change: Content | ((tx: Transaction) => Promise<Content>),
): Promise<ContentItemRow> {
  await context.db
    .write(async (tx) => {
      const { data, seoData, ...values } = typeof change === 'function' ? await change(tx) : change;
      // What is not changed may not fit either: the schema may have been changed by force.
      await checkData(tx, context.services, contentTypeId, data ?? stored);
      const { count } = await tx.contentItem.updateMany({
        where: { id, version, status: { not: 'archived' } },
        data: {
          ...values,
          ...(data ? { data: asJson(data) } : {}),
          ...(seoData ? { seoData: asJson(seoData) } : {}),
          version: version + 1,
        },
      });
      if (count === 0) throw changed(version);
    }, locking)
    .catch(slugTaken);
  return existingItem(context, id);
}

/** The item, when the caller may change it and it is what the caller believes it to be. */
async function writableItem(
  context: Context,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<ContentItemRow> {
  const item = await existingItem(context, id);
  requireOwnDraft(context, item);
  if (expectedVersion != null && expectedVersion !== item.version) throw changed(expectedVersion);
  if (item.status === 'archived')
    throw conflict('The item is archived; make it a draft again first', { field: 'id' });
  return item;
}

function changed(version: number): GraphQLError {
  return conflict(`The item is no longer at version ${version}; read it again`, { field: 'expectedVersion' });
}

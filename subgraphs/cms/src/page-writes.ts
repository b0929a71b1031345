import {
  asJson,
  badInput,
  conflict,
  given,
  idFor,
  notFound,
  parseInput,
  requireUser,
  tenantId,
  tenantOf,
  uuid,
} from '@cdx/kit';
import type { PageRow } from '@cdx/prisma-cms/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';
import { requireEditor } from './editors.ts';
import { contentBytes, jsonContent, name, slug, slugTaken } from './input.ts';
import { existingPage } from './page.ts';
import { arrange, checkPlace, holdTree, siblingsAt, withInserted } from './page-order.ts';

const position = z.int('must be a whole number').min(0, 'must not be negative').nullish();
const fields = {
  title: name,
  slug,
  template: z.string().trim().min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  content: jsonContent(contentBytes).nullish(),
  seoTitle: z.string().max(255, 'must have at most 255 characters').nullish(),
  seoDescription: z.string().max(1_000, 'must have at most 1,000 characters').nullish(),
  seoKeywords: z
    .array(z.string().trim().min(1, 'must not be empty').max(100, 'must have at most 100 characters'))
    .max(50, 'must have at most 50 keywords')
    .nullish(),
};
const createInput = z.object({
  ...fields,
  template: fields.template.nullish().transform((template) => template ?? 'default'),
  tenantId: tenantId.nullish(),
  parentId: uuid.nullish(),
  position,
});
const updateInput = z.object(fields).partial();

/** What a write says of itself whose raw statements hold the tree and make room. */
const ordering = { unaudited: 'Where the others of a place stand follows from what is put there.' };

export const mutation: Pick<
  MutationResolvers,
  'createPage' | 'updatePage' | 'movePage' | 'publishPage' | 'unpublishPage' | 'deletePage'
> = {
  async createPage(_, { input, idempotencyKey }, context) {
    requireEditor(context);
    const { tenantId: wanted, parentId: under, position: at, ...rest } = parseInput(createInput, input);
    const { content, seoTitle, seoDescription, seoKeywords, ...values } = rest;
    const place = { tenantId: tenantOf(requireUser(context), wanted), parentId: under ?? null };
    if (place.parentId !== null) await checkParent(context, place.tenantId, place.parentId, 'input.parentId');
    const id = idFor(context, 'createPage', idempotencyKey);
    const data = {
      ...{ id, ...values, ...place, authorId: requireUser(context).userId },
      ...{ content: asJson(content ?? {}), seoKeywords: seoKeywords ?? [] },
      ...{ seoTitle: seoTitle ?? null, seoDescription: seoDescription ?? null },
    };
    await context.db
      .write(async (tx) => {
        await holdTree(tx, place.tenantId);
        const repeated =
          idempotencyKey && (await tx.page.findUnique({ where: { id }, select: { id: true } }));
        if (repeated) return;
        if (place.parentId !== null) await checkPlace(tx, id, place.parentId, 'input.parentId');
        const siblings = await siblingsAt(tx, place);
        await tx.page.create({ data: { ...data, sortOrder: siblings.length }, select: { id: true } });
        await arrange(tx, place, withInserted(siblings, [id], at));
      }, ordering)
      .catch(slugTaken);
    return existingPage(context, id);
  },

  async updatePage(_, { id, input }, context) {
    requireEditor(context);
    await existingPage(context, id);
    const { content, seoKeywords, ...values } = parseInput(updateInput, input);
    const data = {
      ...given(values),
      ...(content ? { content: asJson(content) } : {}),
      ...(seoKeywords ? { seoKeywords } : {}),
    };
    await context.db.write((tx) => tx.page.updateMany({ where: { id }, data })).catch(slugTaken);
    return existingPage(context, id);
  },

  async movePage(_, { id, parentId, position: wanted }, context) {
    requireEditor(context);
    const { tenantId: tenant } = await existingPage(context, id);
    const at = parseInput(position, wanted, 'position');
    const to = { tenantId: tenant, parentId: parentId ?? null };
    if (to.parentId !== null) await checkParent(context, tenant, to.parentId, 'parentId');
    await context.db.write(async (tx, audit) => {
      await holdTree(tx, tenant);
      const found = await whereIs(tx, id);
      const from = { tenantId: tenant, parentId: found.parentId };
      const isElsewhere = from.parentId !== to.parentId;
      if (to.parentId !== null && isElsewhere) await checkPlace(tx, id, to.parentId, 'parentId');
      const others = (await siblingsAt(tx, to)).filter((sibling) => sibling !== id);
      const order = withInserted(others, [id], at);
      await arrange(tx, to, order);
      if (isElsewhere) await arrange(tx, from, await siblingsAt(tx, from));
      const after = { parentId: to.parentId, sortOrder: order.indexOf(id) };
      audit.note({ ...resource(id, tenant), before: { ...found }, after });
    });
    return existingPage(context, id);
  },

  publishPage: (_, { id }, context) => setStatus(context, id, 'draft', 'published'),
  unpublishPage: (_, { id }, context) => setStatus(context, id, 'published', 'draft'),

  async deletePage(_, { id, children }, context) {
    requireEditor(context);
    const { tenantId: tenant } = await existingPage(context, id);
    await context.db.write(async (tx, audit) => {
      await holdTree(tx, tenant);
      const { parentId } = await whereIs(tx, id);
      const under = await siblingsAt(tx, { tenantId: tenant, parentId: id });
      if (under.length > 0 && children !== 'reparent')
        throw conflict(`There are ${under.length} pages under this one; move them first, or use REPARENT`);
      const place = { tenantId: tenant, parentId };
      const siblings = await siblingsAt(tx, place);
      await arrange(tx, place, siblings.toSpliced(siblings.indexOf(id), 1, ...under));
      for (const child of under)
        audit.note({ ...resource(child, tenant), before: { parentId: id }, after: { parentId } });
      await tx.page.deleteMany({ where: { id } });
    }, ordering);
    return id;
  },
};

const resource = (
  resourceId: string,
  tenant: string,
): { resourceType: string; resourceId: string; tenantId: string } => ({
  resourceType: 'Page',
  resourceId,
  tenantId: tenant,
});

/** Where a page is by now; behind the lock of its tree it stays there. */
async function whereIs(tx: Transaction, id: string): Promise<Pick<PageRow, 'parentId' | 'sortOrder'>> {
  const page = await tx.page.findUnique({ where: { id }, select: { parentId: true, sortOrder: true } });
  if (!page) throw notFound('Page', id);
  return page;
}

/** Sees to it that a page can be a parent in a tenant: to others it is as if there were none. */
async function checkParent(context: Context, tenant: string, id: string, field: string): Promise<void> {
  const parent = await existingPage(context, id);
  if (parent.tenantId !== tenant) throw badInput(field, 'a page of the same tenant');
}

async function setStatus(
  context: Context,
  id: string,
  from: PageRow['status'],
  status: PageRow['status'],
): Promise<PageRow> {
  requireEditor(context);
  await existingPage(context, id);
  const { count } = await context.db.write((tx) =>
    tx.page.updateMany({ where: { id, status: from }, data: { status } }),
  );
  if (count === 0) throw conflict(`The page is ${status} already`, { field: 'id' });
  return existingPage(context, id);
}

import { forbidden, requireUser } from '@cdx/kit';
import type { ContentItemRow } from '@cdx/prisma-cms/tables';
import type { Context } from './context.ts';

/** Accounts of the role `user` read what the tenant shares; with the scope to write, they write what is their own. */
function isEditor(context: Context): boolean {
  return requireUser(context).role !== 'user';
}

/**
 * Sees to it that the caller may write what the tenant shares: types, pages, what is published. The tables' policies say
 * the same.
 * @throws FORBIDDEN to accounts of the role `user`, whatever scopes they were given
 */
export function requireEditor(context: Context): void {
  if (!isEditor(context)) throw forbidden('This is for the tenant’s editors');
}

/**
 * Sees to it that the caller may write something of somebody's.
 * @throws FORBIDDEN to accounts of the role `user` when it is another's
 */
export function requireOwn(context: Context, makerId: string): void {
  if (!isEditor(context) && requireUser(context).userId !== makerId)
    throw forbidden('You write what is your own');
}

/**
 * Sees to it that the caller may write an item.
 * @throws FORBIDDEN to accounts of the role `user` when it is another's, or no draft any more
 */
export function requireOwnDraft(
  context: Context,
  { authorId, status }: Pick<ContentItemRow, 'authorId' | 'status'>,
): void {
  requireOwn(context, authorId);
  if (status !== 'draft') requireEditor(context);
}

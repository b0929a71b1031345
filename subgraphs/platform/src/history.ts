import { isSelected, loadChildPage, type Connection, type PageArguments } from '@cdx/kit';
import { AuditEntry as table, type AuditEntryRow } from '@cdx/prisma-platform/tables';
import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import type { Context } from './context.ts';

/**
 * A page of the audit log: what was done to one row, of what the caller may see of it.
 * @param model the row's model: `Service`
 * @param key the row's primary key
 */
export function loadHistory(
  context: Context,
  model: string,
  key: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
): Promise<Connection<AuditEntryRow>> {
  return loadChildPage<AuditEntryRow>(
    context,
    `${model}.history`,
    {
      table,
      order: { property: 'createdAt', direction: 'DESC' },
      where: sql`t.resource_type = ${model}`,
      parent: 'resourceId',
    },
    key,
    args,
    isSelected(info, 'totalCount'),
  );
}

import type { GraphQLResolveInfo } from 'graphql';
import { requireRole, type SubgraphContext } from '../context/context.ts';
import { loadPage } from '../context/entities.ts';
import type { Readable } from '../pagination/lists.ts';
import type { Connection, PageArguments } from '../pagination/page.ts';
import { isSelected } from '../schema/selection.ts';
import type { TableDescriptor } from '../sql/table.ts';

/**
 * The resolver of a domain's audit log: a tenant's admins see the entries of their tenant, superadmins all. The
 * walls of the table see to it: its policy in Postgres, the domain's own in MySQL.
 * @param table the domain's AuditEntry
 */
export function auditLogResolver(table: TableDescriptor) {
  return (
    _: unknown,
    args: PageArguments,
    context: SubgraphContext,
    info: GraphQLResolveInfo,
  ): Promise<Connection<object>> => {
    // A client of a tenant who has been given the scope would find nothing, and not know why.
    requireRole(context, 'superadmin', 'admin');
    const list: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };
    return loadPage(context, list, args, isSelected(info, 'totalCount'));
  };
}

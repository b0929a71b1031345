import type { GraphQLResolveInfo } from 'graphql';
import sql, { type Sql } from 'sql-template-tag';
import { requireRole, type SubgraphContext } from '../context/context.ts';
import { loadPage } from '../context/entities.ts';
import type { Connection, PageArguments } from '../pagination/page.ts';
import { isSelected } from '../schema/selection.ts';
import type { TableDescriptor } from '../sql/table.ts';

/**
 * The resolver of a domain's audit log: a tenant's admins see the entries of their tenant, superadmins all.
 * @param table the domain's AuditEntry
 */
export function auditLogResolver(table: TableDescriptor) {
  return (
    _: unknown,
    args: PageArguments,
    context: SubgraphContext,
    info: GraphQLResolveInfo,
  ): Promise<Connection<object>> =>
    loadPage(
      context,
      { table, order: { property: 'createdAt', direction: 'DESC' }, where: auditWall(context) },
      args,
      isSelected(info, 'totalCount'),
    );
}

/** Postgres has the same as a policy; MySQL has nothing else. */
function auditWall(context: SubgraphContext): Sql {
  const { role, tenantId } = requireRole(context, 'superadmin', 'admin');
  return role === 'superadmin' ? sql`true` : sql`t.tenant_id = ${tenantId ?? ''}`;
}

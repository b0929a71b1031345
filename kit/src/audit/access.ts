import type { GraphQLError } from 'graphql';
import type { SubgraphContext } from '../context/context.ts';
import type { AuditDraft } from './entry.ts';
import type { OperationOutline } from './outline.ts';
import type { AuditedTables } from './record.ts';

/** What one request has read from its database and not yet put on record. */
export interface ReadCount {
  statements: number;
  rows: number;
}

/** An operation that has been executed, before its answer leaves. */
export interface ExecutedOperation {
  readonly outline: OperationOutline;
  readonly errors: readonly GraphQLError[];
}

/** What must be on record of an operation besides its changes: what was refused, and what a superadmin has read. */
export function accessDrafts(
  name: string,
  tables: AuditedTables,
  { identity, reads }: Pick<SubgraphContext, 'identity' | 'reads'>,
  operation: ExecutedOperation,
): AuditDraft[] {
  const drafts = refusals(name, identity.tenantId, operation);
  if (identity.role === 'superadmin' && reads.statements > 0) {
    drafts.push(...crossTenantRead(tables, reads, operation.outline));
    reads.statements = 0;
    reads.rows = 0;
  }
  return drafts;
}

/** One entry for each field that was refused, however many objects it was asked of. */
function refusals(name: string, tenantId: string | null, operation: ExecutedOperation): AuditDraft[] {
  const { rootFields } = operation.outline;
  const refused = operation.errors.filter(({ extensions }) => extensions.code === 'FORBIDDEN');
  const paths = refused.map(({ path = [] }) => {
    const [root = '', ...fields] = path.filter((part) => typeof part === 'string');
    return [rootFields.get(root) ?? root, ...fields].join('.');
  });
  return [...new Set(paths)].map((path) => ({
    tenantId,
    action: `${name}.${path}`.slice(0, 255),
    resourceType: 'refused',
    resourceId: null,
    before: null,
    after: { code: 'FORBIDDEN' },
  }));
}

/** A superadmin belongs to no tenant, so every row that belongs to one is another's. */
function crossTenantRead(
  tables: AuditedTables,
  { rows }: ReadCount,
  { rootFields, types }: OperationOutline,
): AuditDraft[] {
  const owned = types.filter((type) => !isOfNoTenant(tables, type));
  if (owned.length === 0) return [];
  return [
    {
      tenantId: null,
      action: 'read',
      resourceType: owned.join(',').slice(0, 255),
      resourceId: null,
      before: null,
      after: { fields: [...new Set(rootFields.values())].sort(), types: owned, rows },
    },
  ];
}

function isOfNoTenant(tables: AuditedTables, type: string): boolean {
  return /^(PageInfo|Money)$|(Connection|Edge)$/.test(type) || tables[type]?.shared !== undefined;
}

import type { Logger } from 'pino';
import type { Sql } from 'sql-template-tag';
import type { ReadCount } from '../audit/access.ts';
import type { AuditOrigin } from '../audit/chain.ts';
import { forbidden, unauthenticated } from '../errors/errors.ts';
import type { Role } from '../identity/identity.ts';
import { RequestLog } from '../log.ts';
import type { Database, RequestDatabase } from '../sql/database.ts';
import { Loaders } from './loaders.ts';
import { everything, type Selection } from './selection.ts';
import type { SubgraphRequest } from './subgraph.ts';

/** What every resolver gets: who asks, the database as they see it, the loaders of their request. */
export interface SubgraphContext<
  Tx = unknown,
  Services = unknown,
  Statement extends Sql = Sql,
> extends SubgraphRequest {
  readonly db: RequestDatabase<Tx, Statement>;
  readonly loaders: Loaders;
  /** What the operation being executed wants of the rows that it reads. */
  readonly selection: Selection;
  /** What the domain needs beside its database: a mailer, an embedder, a key set. */
  readonly services: Services;
  readonly log: RequestLog;
  /** What the audit log says of this request's writes. */
  readonly origin: AuditOrigin;
  /** What has been read and is not on record yet. */
  readonly reads: ReadCount;
}

/** The context of one client request in one subgraph. */
export function makeContext<Tx, Services, Statement extends Sql>(
  request: SubgraphRequest,
  database: Database<Tx, Statement>,
  services: Services,
  log: Logger,
): SubgraphContext<Tx, Services, Statement> {
  const loaders = new Loaders();
  const { requestId, ipAddress, userAgent } = request;
  const origin = { action: `${database.name}.query`, requestId, ipAddress, userAgent };
  const reads = { statements: 0, rows: 0 };
  const db = database.as(request.identity, origin, request);
  const counted = <Row>(rows: Row[]): Row[] => {
    reads.statements += 1;
    reads.rows += rows.length;
    return rows;
  };
  return {
    ...request,
    loaders,
    selection: everything,
    services,
    log: new RequestLog(log, requestId),
    origin,
    reads,
    db: {
      dialect: db.dialect,
      rowsOf: (table) => db.rowsOf(table),
      many: async <Row>(statement: Statement) => counted(await db.many<Row>(statement)),
      one: async <Row>(statement: Statement) => counted(await db.many<Row>(statement))[0],
      record: (drafts) => db.record(drafts),
      async write(work, options) {
        try {
          return await db.write(work, options);
        } finally {
          loaders.clear();
        }
      },
    },
  };
}

/** The context for one operation of the request: its rows have what the operation selects, and only such are shared. */
export function selecting<Context extends SubgraphContext>(context: Context, selection: Selection): Context {
  return { ...context, selection, loaders: context.loaders.of(selection) };
}

/** A caller who has logged in. */
export interface User {
  readonly userId: string;
  readonly tenantId: string | null;
  readonly organizationId: string | null;
  readonly role: Role;
  readonly sessionId: string | null;
}

/**
 * The logged-in caller.
 * @throws UNAUTHENTICATED when nobody is
 */
export function requireUser({ identity }: Pick<SubgraphRequest, 'identity'>): User {
  if (identity.userId === null) throw unauthenticated();
  return { ...identity, userId: identity.userId };
}

/**
 * The logged-in caller, who has one of the roles.
 * @throws UNAUTHENTICATED when nobody is logged in, FORBIDDEN when the role is another
 */
export function requireRole(context: Pick<SubgraphRequest, 'identity'>, ...allowed: readonly Role[]): User {
  const user = requireUser(context);
  if (!allowed.includes(user.role)) throw forbidden(`This needs the role ${allowed.join(' or ')}`);
  return user;
}

/**
 * Sees to it that the caller has a scope; the product acting for itself has them all.
 * @throws UNAUTHENTICATED when nobody is logged in, FORBIDDEN when the scope is not among the caller's
 */
export function requireScope(context: Pick<SubgraphRequest, 'identity'>, scope: string): void {
  const { role, scopes } = context.identity;
  if (role === 'system') return;
  requireUser(context);
  if (!scopes.includes(scope)) throw forbidden(`This needs the permission ${scope}`);
}

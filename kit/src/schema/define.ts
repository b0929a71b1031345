import type { Logger } from 'pino';
import type { Sql } from 'sql-template-tag';
import { accessDrafts } from '../audit/access.ts';
import { auditLogResolver } from '../audit/resolver.ts';
import { followChanges } from '../changes/follow.ts';
import { makeContext, selecting, type SubgraphContext } from '../context/context.ts';
import type { AuditedTables } from '../audit/record.ts';
import type { Subgraph } from '../context/subgraph.ts';
import type { Database } from '../sql/database.ts';
import type { Walled } from '../sql/walled.ts';
import { maskPersonal } from '../log.ts';
import { buildSchema } from './build.ts';
import { readTypeDefs } from './type-defs.ts';

/** What a domain brings to become a subgraph. */
export interface SubgraphDefinition<Tx, Services, Statement extends Sql = Sql> {
  readonly name: string;
  /** The domain's `schema.graphql`. */
  readonly schemaFile: URL;
  /** By type and field. Fields that copy a property of their parent need none; enums and scalars neither. */
  readonly resolvers: object;
  readonly database: Database<Tx, Statement>;
  readonly services: Services;
  readonly log: Logger;
  /** Ends what the domain itself started: schedules, connections beside the database's. */
  readonly close?: () => Promise<void>;
}

/** Makes a domain's definition into a subgraph that the gateway, or an HTTP server, can execute. */
export function defineSubgraph<Tx, Services, Statement extends Sql>(
  definition: SubgraphDefinition<Tx, Services, Statement>,
): Subgraph {
  const { name, schemaFile, resolvers, database, services, close } = definition;
  const { tables } = database;
  const log = maskPersonal(definition.log, tables);
  const typeDefs = readTypeDefs(schemaFile);
  const schema = buildSchema({ name, typeDefs, resolvers: withAuditLog(resolvers, name, tables) });
  if (!schema.getQueryType()?.getFields()[`${name}AuditLog`])
    throw new Error(`${name}/schema.graphql has no Query.${name}AuditLog`);
  return {
    name,
    typeDefs,
    schema,
    createContext: (request) => makeContext(request, database, services, log),
    // The context is this subgraph's own, here and below: `createContext` has made it.
    selecting: (context, selection) => selecting(context as SubgraphContext<Tx, Services>, selection),
    async recordAccess(context, operation) {
      const caller = context as SubgraphContext<Tx, Services>;
      const drafts = accessDrafts(name, tables, caller, operation);
      if (drafts.length > 0) await caller.db.record(drafts);
    },
    // What runs its kind of statements runs walled ones too.
    follow: (from, signal) => followChanges(database as unknown as Database<unknown, Walled>, from, signal),
    checkHealth: () => database.ping(),
    async close() {
      await close?.();
      await database.close();
    },
  };
}

/** The resolvers with that of the audit log, which is the same in every domain. */
function withAuditLog(resolvers: object, name: string, { AuditEntry }: AuditedTables): object {
  const { Query } = resolvers as { readonly Query?: object };
  return { ...resolvers, Query: { ...Query, [`${name}AuditLog`]: auditLogResolver(AuditEntry) } };
}

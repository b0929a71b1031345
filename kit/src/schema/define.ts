import { buildSubgraphSchema } from '@apollo/subgraph';
import type { Logger } from 'pino';
import type { Sql } from 'sql-template-tag';
import { accessDrafts } from '../audit/access.ts';
import { auditLogResolver } from '../audit/resolver.ts';
import { makeContext, selecting, type SubgraphContext } from '../context/context.ts';
import type { Subgraph } from '../context/subgraph.ts';
import type { Database } from '../sql/database.ts';
import { maskPersonal } from '../log.ts';
import { enumResolvers, useInternalDefaults } from './enums.ts';
import { nameActions } from './actions.ts';
import { enforcePolicies } from './policies.ts';
import { scalars } from './scalars.ts';
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
  const schema = buildSubgraphSchema({
    typeDefs,
    // The generated resolver types are exact; the library's map is not, so the two meet in one cast.
    resolvers: { ...scalars, ...enumResolvers(typeDefs), ...resolvers },
  });
  useInternalDefaults(schema);
  nameActions(schema, name);
  const auditLog = schema.getQueryType()?.getFields()[`${name}AuditLog`];
  if (!auditLog) throw new Error(`${name}/schema.graphql has no Query.${name}AuditLog`);
  auditLog.resolve = auditLogResolver(tables.AuditEntry);
  enforcePolicies(schema);
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
    checkHealth: () => database.ping(),
    async close() {
      await close?.();
      await database.close();
    },
  };
}

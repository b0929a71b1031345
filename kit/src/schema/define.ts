import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type DocumentNode } from 'graphql';
import type { Logger } from 'pino';
import type { Sql } from 'sql-template-tag';
import { makeContext } from '../context/context.ts';
import type { Subgraph } from '../context/subgraph.ts';
import type { Database } from '../sql/database.ts';
import { enumResolvers, useInternalDefaults } from './enums.ts';
import { enforcePolicies } from './policies.ts';
import { scalars } from './scalars.ts';

const commonSdl = readFileSync(new URL('./common.graphql', import.meta.url), 'utf8');

/** A subgraph's contract: its `schema.graphql` and the types that every subgraph shares. */
export function readTypeDefs(schemaFile: URL): DocumentNode {
  return parse(`${readFileSync(schemaFile, 'utf8')}\n${commonSdl}`, { noLocation: true });
}

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
  const { name, schemaFile, resolvers, database, services, log, close } = definition;
  const typeDefs = readTypeDefs(schemaFile);
  const schema = buildSubgraphSchema({
    typeDefs,
    // The generated resolver types are exact; the library's map is not, so the two meet in one cast.
    resolvers: { ...scalars, ...enumResolvers(typeDefs), ...resolvers },
  });
  useInternalDefaults(schema);
  enforcePolicies(schema);
  return {
    name,
    typeDefs,
    schema,
    createContext: (request) => makeContext(request, database, services, log),
    checkHealth: () => database.ping(),
    async close() {
      await close?.();
      await database.close();
    },
  };
}

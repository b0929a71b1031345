import { buildSubgraphSchema } from '@apollo/subgraph';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { nameActions } from './actions.ts';
import { enumResolvers, useInternalDefaults } from './enums.ts';
import { enforcePolicies } from './policies.ts';
import { scalars } from './scalars.ts';

/** A contract, and what answers it. */
export interface SchemaParts {
  /** The subgraph's name, by which its actions are put on record. */
  readonly name: string;
  readonly typeDefs: DocumentNode;
  /** By type and field. Fields that copy a property of their parent need none; enums and scalars neither. */
  readonly resolvers: object;
}

/** The executable schema of a subgraph, which keeps the policies that its contract has. */
export function buildSchema({ name, typeDefs, resolvers }: SchemaParts): GraphQLSchema {
  const schema = buildSubgraphSchema({
    typeDefs,
    // The generated resolver types are exact; the library's map is not, so the two meet in one cast.
    resolvers: { ...scalars, ...enumResolvers(typeDefs), ...resolvers },
  });
  useInternalDefaults(schema);
  nameActions(schema, name);
  enforcePolicies(schema);
  return schema;
}

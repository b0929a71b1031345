import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { SubgraphContext } from '../context/context.ts';

/**
 * Has every root field of a mutation say what is being done before it begins: `clients.updateClient`. Root fields of a
 * mutation run one after another (GraphQL specification, "Mutation"), so one context holds one action at a time.
 */
export function nameActions(schema: GraphQLSchema, service: string): void {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = (source, args, context: Partial<SubgraphContext>, info): unknown => {
      // What has no database of its own has no audit log.
      if (context.origin) context.origin.action = `${service}.${field.name}`;
      return resolve(source, args, context, info);
    };
  }
}

import { GraphQLError, type ASTNode } from 'graphql';

/**
 * The error that says that something is over its limit.
 * @param what in the plural: `aliases in the operation`
 * @param place what the caller has to shorten
 */
export function excess(what: string, found: number, limit: number, place?: ASTNode): GraphQLError {
  return new GraphQLError(`There are ${found} ${what}, and at most ${limit} are allowed`, {
    ...(place ? { nodes: place } : {}),
    extensions: { code: 'BAD_USER_INPUT', found, limit, http: { status: 400 } },
  });
}

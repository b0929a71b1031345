import { GraphQLError } from 'graphql';

/** What GraphQL found wrong with the values of an operation's variables, with its code. */
export function inputError({ message, nodes }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } });
}

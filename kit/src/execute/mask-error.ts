import { Kind, type GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isErrorCode } from '../errors/codes.ts';

/**
 * An error as a caller may see it. What was thrown with a code keeps its message; what GraphQL found wrong with the
 * input is the caller's to mend; all else becomes INTERNAL, and its own words go to the log.
 */
export function maskError(error: GraphQLError, service: string, log: Logger): GraphQLFormattedError {
  const { message, path, extensions, originalError } = error;
  const place = path ? { path } : {};
  if (isErrorCode(extensions.code)) return { message, ...place, extensions: { ...extensions, service } };
  if (!originalError && !path) return { message, extensions: { code: 'BAD_USER_INPUT', service } };
  if (isInputError(error)) return { message, ...place, extensions: { code: 'BAD_USER_INPUT', service } };
  log.error({ error: originalError ?? error, path, service }, 'a resolver failed');
  return { message: 'Something went wrong on our side', ...place, extensions: { code: 'INTERNAL', service } };
}

/**
 * Whether the value of a variable or the literal of an argument could not be read. GraphQL reports the one at the
 * variable's definition, the other at the field, with the argument's node.
 */
function isInputError({ message, nodes = [] }: GraphQLError): boolean {
  if (nodes[0]?.kind === Kind.VARIABLE_DEFINITION) return message.startsWith('Variable "$');
  return /^Argument "[^"]+" (has invalid value|of )/.test(message) && nodes.length > 0;
}

import { codedError, type ErrorCode, type SubgraphResult } from '@cdx/kit';
import type { GraphQLFormattedError } from 'graphql';

/** A fetch that brought nothing; the gateway puts the error at the fields that miss their data. */
function failure(code: ErrorCode, message: string, service: string): SubgraphResult {
  const { extensions } = codedError(code, message);
  const error: GraphQLFormattedError = { message, extensions: { ...extensions, service } };
  return { data: null, errors: [error] };
}

/** The subgraph does not answer, or not in GraphQL. */
export function unavailable(service: string): SubgraphResult {
  return failure('SUBGRAPH_UNAVAILABLE', `The ${service} service does not answer`, service);
}

/** The request's time ran out, or the client left, before the subgraph had answered. */
export function tooLate(service: string): SubgraphResult {
  return failure('DEADLINE_EXCEEDED', `The ${service} service took too long`, service);
}

import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from '@cdx/kit';
import { GraphQLError } from 'graphql';
import type { RequestContext } from '../execution/request-context.ts';
import { publicCode } from './format-error.ts';

/** The codes of well-formed requests that GraphQL refuses: for the document, the variables' values, or the cost. */
const refusals = new Set<unknown>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'COST_LIMIT',
]);

/**
 * GraphQL over HTTP: to a client that asks for `application/json`, a well-formed request that GraphQL refuses is
 * answered with 200 (audits 572B, FDE2 and 7B9B); only `application/graphql-response+json` carries the 400.
 */
export const legacyStatus: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse({ request, response, errors = [] }) {
        const accept = request.http?.headers.get('accept') ?? '*/*';
        const wellFormed =
          errors.length > 0 && errors.every(({ extensions }) => refusals.has(extensions.code));
        if (
          response.http.status === 400 &&
          wellFormed &&
          !accept.includes('application/graphql-response+json')
        ) {
          response.http.status = 200;
        }
        return Promise.resolve();
      },
    }),
};

/** Apollo Server answers a wrong hash of a persisted query with 400 and no code: it is the request that is wrong. */
export const codesOfRefusals: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didEncounterErrors({ errors }) {
        for (const { extensions } of errors) {
          const http = extensions.http as { readonly status?: number } | undefined;
          if (extensions.code === undefined && http?.status === 400) extensions.code = 'BAD_REQUEST';
        }
        return Promise.resolve();
      },
    }),
};

/** Says which operation is meant to be named, which Apollo's gateway takes for a fault of its own. */
export const operationNames: ApolloServerPlugin<RequestContext> = {
  requestDidStart: () =>
    Promise.resolve({
      didResolveOperation({ operation, request }) {
        if (operation) return Promise.resolve();
        const { operationName } = request;
        const message = operationName
          ? `The document has no operation ${operationName}`
          : 'operationName must say which of the document’s operations to run';
        throw new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
      },
    }),
};

/** A bad token, too many requests: told to the caller in full, and no line each in a log that a flood would fill. */
const callersFaults = new Set<unknown>(['UNAUTHENTICATED', 'RATE_LIMITED']);

/** Logs what callers are not told: errors that are faults of ours, under the id of their request. */
export function logFaults(log: Logger): ApolloServerPlugin<RequestContext> {
  return {
    contextCreationDidFail({ error }) {
      const coded = error instanceof GraphQLError ? error : undefined;
      if (!callersFaults.has(coded?.extensions.code))
        log.error({ error: coded?.originalError ?? error }, 'a request failed before it began');
      return Promise.resolve();
    },
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors({ errors, contextValue }) {
          const { requestId } = contextValue.request;
          for (const error of errors) {
            // What a gateway's plan throws need not be a GraphQLError, whatever the type says.
            const { code } = (error as Partial<GraphQLError>).extensions ?? {};
            if (publicCode(code) === 'INTERNAL' && code !== 'INTERNAL')
              log.error({ error, requestId }, 'a request failed');
          }
          return Promise.resolve();
        },
      }),
  };
}

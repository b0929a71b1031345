import type { FastifyError, FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { ErrorCode } from '../errors/codes.ts';

/**
 * Answers requests that do not reach GraphQL in GraphQL's shape, with a code of the closed list; faults of ours go to
 * the log and not to the caller.
 * @param nothingHere what to say where there is no route
 */
export function answerHttpErrors(server: FastifyInstance, log: Logger, nothingHere: string): void {
  server.setErrorHandler(({ statusCode = 500, message, code }: FastifyError, request, reply) => {
    if (statusCode >= 500) {
      log.error({ error: message, requestId: request.id }, 'a request failed');
      return reply.code(statusCode).send(graphqlError('INTERNAL', 'Something went wrong on our side'));
    }
    const words = explain(code, message, request.routeOptions.bodyLimit);
    return reply.code(statusCode).send(graphqlError('BAD_USER_INPUT', words));
  });
  server.setNotFoundHandler((_, reply) => reply.code(404).send(graphqlError('NOT_FOUND', nothingHere)));
}

/** An answer without data, for one reason. */
export function graphqlError(code: ErrorCode, message: string): object {
  return { errors: [{ message, extensions: { code } }] };
}

/** What was wrong with the request, by the framework's own code. */
function explain(code: string, message: string, bodyLimitBytes: number): string {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return `The body must have at most ${bodyLimitBytes} bytes`;
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return 'The Content-Type must be application/json';
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return 'The body must be JSON';
    default:
      return message;
  }
}

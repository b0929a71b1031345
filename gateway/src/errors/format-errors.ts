import { HeaderMap, type HTTPGraphQLHead } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatError } from './format-error.ts';

/** Errors as they leave, with what they say of the HTTP answer. */
export interface FormattedErrors {
  readonly formatted: GraphQLFormattedError[];
  readonly http: HTTPGraphQLHead;
}

/**
 * Formats errors as Apollo Server does (`normalizeAndFormatErrors`): `extensions.http` becomes the status and headers of
 * the answer and leaves the error.
 */
export function formatErrors(errors: readonly Error[]): FormattedErrors {
  const http: HTTPGraphQLHead = { headers: new HeaderMap() };
  const formatted = errors.map((error) => {
    const { extensions, ...rest } = asGraphQLError(error).toJSON();
    const { http: own, ...others } = extensions ?? {};
    if (isHead(own)) mergeHead(http, own);
    return formatError({ ...rest, extensions: { ...others, code: others.code ?? 'INTERNAL_SERVER_ERROR' } });
  });
  return { formatted, http };
}

/** Adds a status and headers to those that an answer has. */
export function mergeHead(target: HTTPGraphQLHead, { status, headers }: Partial<Head>): void {
  if (status) target.status = status;
  for (const [name, value] of headers ?? []) target.headers.set(name, value);
}

/** An error as GraphQL has it, by which it can be told. */
export function asGraphQLError(error: Error): GraphQLError {
  return error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
}

interface Head {
  readonly status: number | undefined;
  readonly headers: ReadonlyMap<string, string>;
}

function isHead(value: unknown): value is Partial<Head> {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as Record<string, unknown>;
  return (
    (status === undefined || typeof status === 'number') && (headers === undefined || headers instanceof Map)
  );
}

/** What was thrown, as an error. */
export function ensureError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new GraphQLError(`Unexpected error value: ${String(thrown)}`);
}

import { isErrorCode } from '@cdx/kit';
import type { GraphQLFormattedError } from 'graphql';

/** Codes of Apollo's that mean: the request is wrong. */
const inputCodes = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
]);

/** Parts of the automatic-persisted-queries protocol, which clients recognize by code and message. */
const protocolCodes = new Set(['PERSISTED_QUERY_NOT_FOUND', 'PERSISTED_QUERY_NOT_SUPPORTED']);

/** What an error may tell beside its code: the details that the product's own errors have. */
const detailKeys = ['service', 'field', 'expected', 'retryAfterSeconds', 'found', 'limit', 'cost', 'budget'];

/** Every error as it leaves the gateway: a code from the closed list, and nothing that is internal. */
export function formatError({
  message,
  locations,
  path,
  extensions = {},
}: GraphQLFormattedError): GraphQLFormattedError {
  const place = { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
  const code = publicCode(extensions.code);
  if (code === 'INTERNAL' && extensions.code !== 'INTERNAL') {
    return { message: 'Something went wrong on our side', ...place, extensions: { code } };
  }
  const words = code === 'BAD_USER_INPUT' ? sayNested(message, extensions.code) : message;
  const details = Object.entries(extensions).filter(([key]) => detailKeys.includes(key));
  return { message: words, ...place, extensions: { code, ...Object.fromEntries(details) } };
}

/**
 * A document that is nested deeper than the parser's own recursion goes ends in the engine's words, without a place;
 * the parser's begin all alike.
 */
function sayNested(message: string, code: unknown): string {
  const isEngines = code === 'GRAPHQL_PARSE_FAILED' && !message.startsWith('Syntax Error');
  return isEngines ? 'Syntax Error: The document is nested too deep to be read' : message;
}

/** The code that a caller sees for an error's own; what is not known here is a fault of ours. */
export function publicCode(code: unknown): string {
  if (isErrorCode(code)) return code;
  if (typeof code === 'string' && protocolCodes.has(code)) return code;
  return typeof code === 'string' && inputCodes.has(code) ? 'BAD_USER_INPUT' : 'INTERNAL';
}

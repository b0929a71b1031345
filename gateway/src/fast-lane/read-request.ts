import { HeaderMap, type GraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { getOperationAST, OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import { contentTypeFor } from './content-type.ts';
import type { WarmDocument, WarmDocuments } from './warm-documents.ts';

/** A request for a query that is warm, as Apollo Server would read it. */
export interface WarmRequest {
  readonly warm: WarmDocument;
  readonly operation: OperationDefinitionNode;
  readonly request: GraphQLRequest & Required<Pick<GraphQLRequest, 'http'>>;
  /** Whether the text was found by the hash that a client sent in its place. */
  readonly isByHash: boolean;
  readonly contentType: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a request for a warm query; undefined for all else, which Apollo Server then answers or refuses. */
export function readWarmRequest(http: FastifyRequest, documents: WarmDocuments): WarmRequest | undefined {
  const { method, headers, body, url } = http;
  if (method !== 'POST' || url.includes('?') || !isFields(body)) return undefined;
  const { query, operationName, variables, extensions } = body;
  if (!isOptional(operationName, isText) || !isOptional(variables, isFields)) return undefined;
  if (!isOptional(extensions, isFields)) return undefined;
  const warm = warmDocument(query, extensions, documents);
  if (!warm) return undefined;
  const operation = getOperationAST(warm.document, operationName);
  const contentType = contentTypeFor(headers.accept);
  if (operation?.operation !== OperationTypeNode.QUERY || contentType === undefined) return undefined;
  return {
    warm,
    operation,
    isByHash: query === undefined,
    contentType,
    // Apollo Server has all of the fields too, whether there is something in them or not.
    request: {
      query: isText(query) ? query : undefined,
      operationName: operationName ?? undefined,
      variables: variables ?? undefined,
      extensions: extensions ?? undefined,
      http: { method, headers: headerMapOf(http), search: '', body },
    } as WarmRequest['request'],
  };
}

/** A text whose hash is sent with it is registered by that, which is left to Apollo Server. */
function warmDocument(
  query: unknown,
  extensions: Fields | null | undefined,
  documents: WarmDocuments,
): WarmDocument | undefined {
  const persisted = extensions?.persistedQuery;
  if (!persisted) return isText(query) ? documents.ofSource(query) : undefined;
  if (query !== undefined || !isFields(persisted) || persisted.version !== 1) return undefined;
  return isText(persisted.sha256Hash) ? documents.ofHash(persisted.sha256Hash) : undefined;
}

function headerMapOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const name in headers) {
    const value = headers[name];
    if (value) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isOptional<Value>(
  value: unknown,
  is: (value: unknown) => value is Value,
): value is Value | null | undefined {
  return value === undefined || value === null || is(value);
}

import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

/** Which operation a request asks for: by an id, by its text, or by both. */
export interface AskedOperation {
  readonly id: string | undefined;
  readonly query: string | undefined;
}

/** Where clients put the id of an operation: Apollo's extension, `documentId` of GraphQL over HTTP, Relay's `id`. */
const requestForm = z.object({
  query: z.string().optional().catch(undefined),
  documentId: z.string().optional().catch(undefined),
  id: z.string().optional().catch(undefined),
  extensions: z
    .object({ persistedQuery: z.object({ sha256Hash: z.string() }) })
    .optional()
    .catch(undefined),
});

/** Reads which operation is asked for, in the body of a POST or in the address of a GET. */
export function askedOperation(request: FastifyRequest): AskedOperation {
  return askedIn(request.method === 'GET' ? parametersOf(request) : request.body);
}

/** Reads which operation a message asks for. */
export function askedIn(message: unknown): AskedOperation {
  const result = requestForm.safeParse(message);
  if (!result.success) return { id: undefined, query: undefined };
  const { query, documentId, id, extensions } = result.data;
  return { id: extensions?.persistedQuery.sha256Hash ?? documentId ?? id, query };
}

/** Puts the text of the operation in place of its id. */
export function substituteText(request: FastifyRequest, query: string): void {
  if (request.method === 'GET') {
    const address = addressOf(request);
    address.searchParams.set('query', query);
    const extensions = readExtensions(address.searchParams.get('extensions'));
    address.searchParams.set('extensions', JSON.stringify({ ...extensions, persistedQuery: undefined }));
    request.raw.url = `${address.pathname}${address.search}`;
    return;
  }
  const body = z.looseObject({ extensions: z.looseObject({}).nullish() }).parse(request.body);
  request.body = { ...body, query, extensions: { ...body.extensions, persistedQuery: undefined } };
}

/** The base only makes the path an address. */
function addressOf({ url }: FastifyRequest): URL {
  return new URL(url, 'http://gateway');
}

function parametersOf(request: FastifyRequest): object {
  const { searchParams } = addressOf(request);
  const extensions = readExtensions(searchParams.get('extensions'));
  return { ...Object.fromEntries(searchParams), extensions };
}

/** What is no JSON object is left to Apollo Server to refuse. */
function readExtensions(text: string | null): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}

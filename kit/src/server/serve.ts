import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Subgraph } from '../context/subgraph.ts';
import { makeExecutor } from '../execute/execute.ts';
import { deadlineHeader, identityHeader, verifyIdentity, type SignedRequest } from '../identity/signed.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** What the gateway signs identities with. */
  readonly secret: Uint8Array;
  readonly log: Logger;
  /** Public documents by path, such as a key set; answered without an identity. */
  readonly documents?: Readonly<Record<string, () => unknown>>;
}

const operationForm = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** A request without a deadline gets this many milliseconds. */
const longestMs = 60_000;

/**
 * Serves a subgraph over HTTP to the gateway: `POST /graphql` with a signed identity, `GET /health` (the process
 * runs) and `GET /ready` (its database answers) without one.
 */
export async function serveSubgraph(subgraph: Subgraph, options: ServeOptions): Promise<FastifyInstance> {
  const { host, port, log, documents = {} } = options;
  const server = Fastify({
    bodyLimit: 16 * 1_048_576,
    forceCloseConnections: 'idle',
    keepAliveTimeout: 75_000,
  });
  const execute = makeExecutor(subgraph, log);

  server.get('/health', () => ({ status: 'up' }));
  server.get('/ready', async (_, reply) => {
    try {
      await subgraph.checkHealth();
      return { status: 'ready' };
    } catch (error) {
      log.warn({ error }, 'the database does not answer');
      return reply.code(503).send({ status: 'down' });
    }
  });
  for (const [path, document] of Object.entries(documents)) server.get(path, () => document());

  server.post('/graphql', async (request, reply) => {
    const signed = await readIdentity(subgraph.name, options.secret, request);
    if (!signed) return refuse(reply, 401, 'UNAUTHENTICATED', 'A signed identity is needed');
    const operation = operationForm.safeParse(request.body);
    if (!operation.success) return refuse(reply, 400, 'BAD_USER_INPUT', 'The body must be a GraphQL request');
    const { query, operationName, variables } = operation.data;
    const deadlineMs = Number(request.headers[deadlineHeader]) || Date.now() + longestMs;
    const context = subgraph.createContext({ ...signed, deadlineMs, signal: leaving(reply, deadlineMs) });
    const result = await execute(
      { query, operationName: operationName ?? undefined, variables: variables ?? undefined },
      context,
    );
    return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(result));
  });

  server.addHook('onClose', () => subgraph.close());
  await server.listen({ host, port });
  return server;
}

async function readIdentity(
  name: string,
  secret: Uint8Array,
  request: FastifyRequest,
): Promise<SignedRequest | undefined> {
  const token = request.headers[identityHeader];
  if (typeof token !== 'string') return undefined;
  return verifyIdentity(secret, name, token).catch(() => undefined);
}

function refuse(reply: FastifyReply, status: number, code: string, message: string): FastifyReply {
  return reply.code(status).send({ errors: [{ message, extensions: { code } }] });
}

/** Aborted when the gateway gives up: its connection closes before the answer, or the deadline passes. */
function leaving({ raw }: FastifyReply, deadlineMs: number): AbortSignal {
  const left = new AbortController();
  raw.once('close', () => left.abort());
  return AbortSignal.any([
    left.signal,
    AbortSignal.timeout(Math.max(0, Math.min(deadlineMs - Date.now(), longestMs))),
  ]);
}

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { RowsChanged, Subgraph } from '../context/subgraph.ts';
import { serveChanges } from './serve-changes.ts';
import { isMutation, makeExecutor } from '../execute/execute.ts';
import type { SecretSource } from '../identity/secrets.ts';
import {
  deadlineHeader,
  freshHeader,
  identityHeader,
  verifyIdentity,
  type SignedRequest,
} from '../identity/signed.ts';
import { productVersion } from '../version.ts';
import { writeJson } from '../json/json-text.ts';
import { drainConnections } from './drain-connections.ts';
import { answerHttpErrors, graphqlError } from './http-errors.ts';
import { untilGone } from './until-gone.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  /** What the gateway signs identities with; closed with the server. */
  readonly secrets: SecretSource;
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
 * Serves a subgraph over HTTP to the gateway: `POST /graphql` and `POST /changes` with a signed identity, `GET /health`
 * (the process runs) and `GET /ready` (its database answers) without one.
 */
export async function serveSubgraph(subgraph: Subgraph, options: ServeOptions): Promise<FastifyInstance> {
  const { host, port, log, documents = {} } = options;
  const server = Fastify({ bodyLimit: 16 * 1_048_576, keepAliveTimeout: 75_000 });
  drainConnections(server);
  answerHttpErrors(server, log, 'There is nothing here; GraphQL is at POST /graphql');
  serveHealth(server, subgraph, log);
  for (const [path, document] of Object.entries(documents)) server.get(path, () => document());
  serveOperations(server, subgraph, options);
  serveChanges(server, subgraph, (request) => readIdentity(subgraph.name, options.secrets, request));
  server.addHook('onClose', async () => {
    options.secrets.close();
    await subgraph.close();
  });
  await server.listen({ host, port });
  return server;
}

function serveHealth(server: FastifyInstance, subgraph: Subgraph, log: Logger): void {
  server.get('/health', () => ({ status: 'up', version: productVersion }));
  server.get('/ready', async (_, reply) => {
    try {
      await subgraph.checkHealth();
      return { status: 'ready' };
    } catch (error) {
      log.warn({ error }, 'the database does not answer');
      return reply.code(503).send({ status: 'down' });
    }
  });
}

function serveOperations(server: FastifyInstance, subgraph: Subgraph, options: ServeOptions): void {
  const execute = makeExecutor(subgraph, options.log);
  server.decorateRequest('signed');
  server.post('/graphql', {
    // Before the body: who has no identity has nothing read, let alone parsed.
    onRequest: async (request, reply) => {
      const signed = readIdentity(subgraph.name, options.secrets, request);
      if (signed) request.setDecorator('signed', signed);
      else await refuse(reply, 'A signed identity is needed');
    },
    handler: async (request, reply) => {
      const operation = operationForm.safeParse(request.body);
      if (!operation.success)
        return reply.code(400).send(graphqlError('BAD_USER_INPUT', 'The body must be a GraphQL request'));
      const { query, operationName, variables } = operation.data;
      const now = Date.now();
      const deadlineMs = Number(request.headers[deadlineHeader]) || now + longestMs;
      if (deadlineMs <= now) return graphqlError('DEADLINE_EXCEEDED', 'The request came after its deadline');
      const changes: RowsChanged[] = [];
      const context = subgraph.createContext({
        ...request.getDecorator<SignedRequest>('signed'),
        deadlineMs,
        signal: untilGone(reply.raw, Math.min(deadlineMs - now, longestMs)),
        isFresh: freshHeader in request.headers,
        onChange: (change) => void changes.push(change),
      });
      const result = await execute(
        {
          query,
          operationName: operationName ?? undefined,
          variables: variables ?? undefined,
          jsonAsText: true,
        },
        context,
      );
      const answer = isMutation(query) ? { ...result, extensions: { changes } } : result;
      return reply.header('content-type', 'application/json; charset=utf-8').send(writeJson(answer));
    },
  });
}

/** Who a request is signed for; undefined when it is not signed, or not for this subgraph now. */
function readIdentity(
  name: string,
  secrets: SecretSource,
  request: FastifyRequest,
): SignedRequest | undefined {
  const token = request.headers[identityHeader];
  if (typeof token !== 'string') return undefined;
  try {
    return verifyIdentity(secrets.current(), name, token);
  } catch {
    return undefined;
  }
}

/** The connection ends with the answer, so that what follows on it is not read either. */
function refuse(reply: FastifyReply, message: string): FastifyReply {
  return reply.code(401).header('connection', 'close').send(graphqlError('UNAUTHENTICATED', message));
}

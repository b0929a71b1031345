import {
  deadlineHeader,
  freshHeader,
  identityHeader,
  isErrorCode,
  isMutation,
  readJson,
  type Logger,
  type SecretSource,
  type SubgraphOperation,
  type SubgraphResult,
} from '@cdx/kit';
import type { GraphQLFormattedError } from 'graphql';
import { Pool } from 'undici';
import { z } from 'zod';
import { identityFor, type RequestContext } from '../execution/request-context.ts';
import { toSource, type SubgraphSource } from './data-source.ts';
import { followRemote } from './follow-remote.ts';
import { tooLate, unavailable } from './failure.ts';

export interface HttpSourceOptions {
  readonly name: string;
  /** The subgraph's endpoint: `http://host:port/graphql`. */
  readonly url: string;
  /** What identities are signed with; without it none is sent, as for subgraphs that are not of this product. */
  readonly secrets: SecretSource | undefined;
  /** The most connections at once. */
  readonly connections: number;
  readonly log: Logger;
}

const answerForm = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).nullish(),
        extensions: z.record(z.string(), z.unknown()).nullish(),
      }),
    )
    .nullish(),
  extensions: z
    .object({
      changes: z
        .array(z.object({ domain: z.string(), tenantId: z.string().nullable() }))
        .optional()
        .catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

/** What a subgraph of this product says of itself. */
const healthForm = z.object({ version: z.string() });

/** The service is there and says that it cannot answer now; asking once more is worth it. */
const temporary = new Set([502, 503, 504]);

/** A subgraph over HTTP, on kept-alive connections; queries are asked once more when the connection fails. */
export function httpSource(options: HttpSourceOptions): SubgraphSource {
  const { name, url, secrets, log } = options;
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections: options.connections,
    keepAliveTimeout: 60_000,
    connect: { timeout: 3_000 },
  });

  const endpoint: Endpoint = { ...options, pool, path: `${pathname}${search}` };

  const fetch = async (operation: SubgraphOperation, context: RequestContext): Promise<SubgraphResult> => {
    const changes = isMutation(operation.query);
    const attempts = changes ? 1 : 2;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await post(endpoint, operation, context);
      } catch (error) {
        // Nobody knows what a mutation without an answer has changed.
        if (changes) context.request.onChange?.({ domain: name, tenantId: null });
        if (context.request.signal.aborted) return tooLate(name);
        if (attempt < attempts) continue;
        log.warn(
          { error, subgraph: name, requestId: context.request.requestId },
          'a subgraph does not answer',
        );
        return unavailable(name);
      }
    }
  };

  const source = toSource(name, fetch, {
    ...(secrets ? { follow: (from, signal) => followRemote(pool, { name, secrets }, from, signal) } : {}),
    async check() {
      const { errors } = await source.fetch('{ __typename }');
      if (errors?.[0]) throw new Error(errors[0].message);
    },
    async version() {
      const { body } = await pool.request({ method: 'GET', path: '/health' });
      return healthForm.safeParse(readJson(await body.text())).data?.version;
    },
    close: () => pool.close(),
  });
  return source;
}

/** Where a subgraph is asked. */
interface Endpoint extends HttpSourceOptions {
  readonly pool: Pool;
  readonly path: string;
}

async function post(
  { name, secrets, log, pool, path }: Endpoint,
  operation: SubgraphOperation,
  context: RequestContext,
): Promise<SubgraphResult> {
  const { query, operationName, variables } = operation;
  const { requestId, deadlineMs, signal, isFresh } = context.request;
  const identity = secrets ? { [identityHeader]: identityFor(context, name, secrets.current()) } : {};
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'x-request-id': requestId,
      [deadlineHeader]: String(deadlineMs),
      ...(isFresh ? { [freshHeader]: '1' } : {}),
      ...identity,
    },
    body: JSON.stringify({ query, operationName, variables }),
    signal,
  });
  const text = await body.text();
  if (temporary.has(statusCode)) throw new Error(`HTTP ${statusCode}`);
  const answer = answerForm.safeParse(readJson(text));
  if (!answer.success || (answer.data.data === undefined && !answer.data.errors)) {
    throw new Error(`HTTP ${statusCode}, and no GraphQL result`);
  }
  const { data, errors, extensions } = answer.data;
  const unknown = isMutation(query) ? [{ domain: name, tenantId: null }] : [];
  for (const change of extensions?.changes ?? unknown) context.request.onChange?.(change);
  const coded = errors?.map((error) => ofSubgraph(error, name, log));
  return { ...(data === undefined ? {} : { data }), ...(coded ? { errors: coded } : {}) };
}

type AnswerError = NonNullable<z.output<typeof answerForm>['errors']>[number];

/** A subgraph's error as a caller may see it: one without a code of the closed list says nothing of itself. */
function ofSubgraph(
  { message, path, extensions }: AnswerError,
  service: string,
  log: Logger,
): GraphQLFormattedError {
  const place = path ? { path } : {};
  if (isErrorCode(extensions?.code)) return { message, ...place, extensions: { ...extensions, service } };
  log.error({ message, path, extensions, service }, 'a subgraph answered with an error of its own');
  return { message: `The ${service} service failed`, ...place, extensions: { code: 'INTERNAL', service } };
}

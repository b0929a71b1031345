/** For tests: a small graph behind Apollo Server over HTTP, with the lane or without, and a plugin that writes down. */
import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
} from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface';
import { anonymous, type Identity } from '@cdx/kit';
import Fastify, { type FastifyInstance } from 'fastify';
import { buildSchema, execute, print, type GraphQLError } from 'graphql';
import { codesOfRefusals, legacyStatus, operationNames } from '../errors/plugins.ts';
import { inputError } from '../errors/input-error.ts';
import { formatError } from '../errors/format-error.ts';
import type { RequestContext } from '../execution/request-context.ts';
import { serveGraphql } from '../http/graphql.ts';
import { FastLane } from './index.ts';

type Plugin = ApolloServerPlugin<RequestContext>;

/** A gateway that may change its schema. It executes by another one: Apollo Server's has the hooks of resolvers in it. */
export interface TestGateway extends GatewayInterface {
  change(sdl: string): void;
}

/**
 * @param rootValue what the root fields answer
 * @param supergraph what the gateway says that its supergraph is
 */
export function aGatewayOf(sdl: string, rootValue: object, supergraph = sdl): TestGateway {
  let schema = buildSchema(sdl);
  const callbacks: GatewaySchemaLoadOrUpdateCallback[] = [];
  return {
    onSchemaLoadOrUpdate(callback) {
      callbacks.push(callback);
      return () => undefined;
    },
    load() {
      for (const callback of callbacks)
        callback({ apiSchema: buildSchema(sdl), coreSupergraphSdl: supergraph });
      return Promise.resolve({
        executor: async ({ document, request: { variables, operationName }, context: contextValue }) => {
          const asked = { document, contextValue, operationName, variableValues: variables };
          const { errors, ...result } = await execute({ schema, rootValue, ...asked });
          // With codes, as the product's own executor has them.
          return errors ? { ...result, errors: errors.map(coded) } : result;
        },
      });
    },
    stop: () => Promise.resolve(),
    change(changed) {
      schema = buildSchema(changed);
      for (const callback of callbacks)
        callback({ apiSchema: buildSchema(changed), coreSupergraphSdl: changed });
    },
  };
}

/** Serves a gateway at `/graphql`. */
export async function serve(
  gateway: GatewayInterface,
  plugins: readonly Plugin[],
  options: { readonly withLane: boolean; readonly admit?: () => Promise<void> },
): Promise<FastifyInstance> {
  const all = [codesOfRefusals, operationNames, ...plugins, legacyStatus, ApolloServerPluginCacheControl()];
  const stringifyResult = (result: object): string => `${JSON.stringify(result)}\n`;
  const lane = new FastLane(all, stringifyResult);
  const apollo = new ApolloServer<RequestContext>({
    gateway: options.withLane ? lane.tap(gateway) : gateway,
    formatError,
    stringifyResult,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    plugins: [
      ...(options.withLane ? lane.plugins : all),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  const server = Fastify();
  await serveGraphql(server, {
    apollo,
    identify: (authorization) => Promise.resolve(callerOf(authorization)),
    admit: options.admit ?? (() => Promise.resolve()),
    timeoutMs: 10_000,
    safelist: undefined,
    live: undefined,
    lane: options.withLane ? lane : undefined,
  });
  server.addHook('onClose', () => apollo.stop());
  return server;
}

const coded = (error: GraphQLError): GraphQLError => (error.path ? error : inputError(error));

const ignore = (): void => undefined;

/** The caller that the header spells out. */
const callerOf = (authorization: string | undefined): Identity =>
  authorization === undefined ? anonymous : (JSON.parse(authorization) as Identity);

/** A plugin that writes down every call of a hook, with all that the hook is shown. */
export function recorder(records: unknown[]): Plugin {
  const note = <Value>(hook: string, seen: object, answer: Value): Promise<Value> => {
    records.push({ hook, ...seen });
    return Promise.resolve(answer);
  };
  const listener: GraphQLRequestListener<RequestContext> = {
    didResolveSource: (context) => note('didResolveSource', seenOf(context), undefined),
    didResolveOperation: (context) => note('didResolveOperation', seenOf(context), undefined),
    didEncounterErrors: (context) => note('didEncounterErrors', seenOf(context), undefined),
    responseForOperation: (context) => note('responseForOperation', seenOf(context), null),
    executionDidStart: (context) =>
      note('executionDidStart', seenOf(context), {
        executionDidEnd: (error) => note('executionDidEnd', { error: error?.message }, undefined),
      }),
    willSendResponse: (context) => note('willSendResponse', seenOf(context), undefined),
  };
  return {
    contextCreationDidFail: ({ error }) =>
      note('contextCreationDidFail', { error: error.message }, undefined),
    unexpectedErrorProcessingRequest: ({ error, requestContext }) =>
      note(
        'unexpectedErrorProcessingRequest',
        { error: error.message, ...seenOf(requestContext) },
        undefined,
      ),
    requestDidStart: (context) => note('requestDidStart', seenOf(context), listener),
  };
}

function seenOf(context: GraphQLRequestContext<RequestContext>): object {
  const { request, response, document, operation, errors, overallCachePolicy, contextValue } = context;
  const { http, ...asked } = request;
  return {
    asked,
    http: { ...http, headers: [...(http?.headers ?? [])] },
    sent: { ...response, http: { ...response.http, headers: [...response.http.headers] } },
    document: document && print(document),
    operation: operation && print(operation),
    operationName: context.operationName,
    source: context.source,
    queryHash: context.queryHash,
    metrics: { ...context.metrics },
    errors: errors?.map((error) => error.toJSON()),
    policy: { maxAge: overallCachePolicy.maxAge, scope: overallCachePolicy.scope },
    identity: contextValue.request.identity,
    isBatched: context.requestIsBatched,
  };
}

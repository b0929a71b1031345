import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { Logger, RowsChanged } from '@cdx/kit';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Redis } from 'ioredis';
import { authorizeGateway, policies, type RefusalLog } from './authorization/index.ts';
import { cacheParts, responseCache } from './cache/index.ts';
import { formatError } from './errors/format-error.ts';
import { codesOfRefusals, legacyStatus, logFaults, operationNames } from './errors/plugins.ts';
import { executeGateway } from './execution/execute-gateway.ts';
import { joinQueries } from './execution/in-flight/join-queries.ts';
import { SharedAnswers } from './execution/in-flight/shared-answers.ts';
import { shareOperations } from './execution/literals/share-operations.ts';
import type { RequestContext } from './execution/request-context.ts';
import { FastLane } from './fast-lane/index.ts';
import type { Limits } from './limits/index.ts';
import type { Settings } from './settings.ts';
import type { Topology } from './supergraph/topology.ts';

/** What answers operations is made of. */
export interface ApolloParts {
  readonly topology: Topology;
  readonly settings: Settings;
  readonly limits: Limits;
  readonly refusals: RefusalLog;
  readonly redis: Redis | undefined;
  readonly log: Logger;
}

/** What answers operations: Apollo Server, and ahead of it the lane for those that are known. */
export interface Answering {
  readonly apollo: ApolloServer<RequestContext>;
  readonly lane: FastLane;
  /** An answer as it is sent. */
  readonly stringify: SharedAnswers['write'];
  /** Takes note of a change that no request tells of. */
  readonly onChange: (change: RowsChanged) => void;
}

/** Starts Apollo Server on the graph, with what the product adds to it. */
export async function startApollo(parts: ApolloParts): Promise<Answering> {
  const { settings, limits, log } = parts;
  const logger = apolloLogger(log);
  const introspection = introspectionOf(settings);
  const answers = new SharedAnswers();
  const cache = keepsAnswers(settings) ? cacheParts(parts) : undefined;
  // Whoever extends the product adds a plugin here: the lane runs it as Apollo Server does, and hands it on to that.
  const lane = new FastLane(
    [
      codesOfRefusals,
      operationNames,
      ...limits.plugins,
      logFaults(log),
      legacyStatus,
      ...(cache ? [responseCache(cache)] : []),
      ApolloServerPluginCacheControl(),
    ],
    answers.write,
  );
  const apollo = new ApolloServer<RequestContext>({
    gateway: lane.tap(shareOperations(makeGateway(parts, answers))),
    formatError,
    stringifyResult: answers.write,
    includeStacktraceInErrorResponses: false,
    // Our own rule: Apollo Server's speaks of itself to the caller.
    introspection: true,
    hideSchemaDetailsFromClientErrors: introspection !== 'whole',
    csrfPrevention: true,
    stopOnTerminationSignals: false,
    logger,
    parseOptions: limits.parseOptions,
    validationRules: [
      ...limits.validationRules,
      ...(introspection === 'none' ? [NoSchemaIntrospectionCustomRule] : []),
    ],
    plugins: [
      ...lane.plugins,
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();
  return {
    apollo,
    lane,
    stringify: answers.write,
    onChange: (change) => void cache?.epochs.advance(change),
  };
}

/** What plans and executes, behind what says who may ask for what. */
function makeGateway(
  { topology, settings, refusals, log }: ApolloParts,
  answers: SharedAnswers,
): GatewayInterface {
  const executed = executeGateway(topology.supergraph, (name, url) => topology.sourceOf(name, url));
  executed.onSchemaLoadOrUpdate(({ coreSupergraphSdl }) => topology.views.onSupergraph(coreSupergraphSdl));
  return authorizeGateway(joinsQueries(settings) ? joinQueries(executed, answers, log) : executed, {
    mode: settings.AUTHORIZATION_MODE,
    policies,
    introspection: introspectionOf(settings),
    log,
    onRefusal: (refusal) => refusals.note(refusal),
  });
}

/** What Apollo's parts say, which is of use to nobody but us. */
function apolloLogger(log: Logger) {
  return {
    debug: (message: unknown) => log.debug(String(message)),
    info: (message: unknown) => log.debug(String(message)),
    warn: (message: unknown) => log.warn(String(message)),
    error: (message: unknown) => log.error(String(message)),
  };
}

function introspectionOf({ INTROSPECTION, NODE_ENV }: Settings): NonNullable<Settings['INTROSPECTION']> {
  return INTROSPECTION ?? (NODE_ENV === 'production' ? 'none' : 'whole');
}

/**
 * Whether answers may be kept: in the memory of one process a write in another would leave them as they are, and in
 * `dry-run` each answer tells anew what would be refused.
 */
function keepsAnswers({ RESPONSE_CACHE, AUTHORIZATION_MODE, REDIS_URL, WORKERS }: Settings): boolean {
  return RESPONSE_CACHE && AUTHORIZATION_MODE !== 'dry-run' && (WORKERS === 1 || REDIS_URL !== undefined);
}

/** Only a process that all changes go through knows what a query must not miss. */
function joinsQueries({ JOIN_QUERIES, WORKERS, REDIS_URL }: Settings): boolean {
  return JOIN_QUERIES ?? (WORKERS === 1 && REDIS_URL === undefined);
}

import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { makeLogger, readSettings, type Environment, type Logger } from '@cdx/kit';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import type { Redis } from 'ioredis';
import { cacheParts, responseCache } from './cache/index.ts';
import { acceptPolicies, authorizeGateway, policies, RefusalLog } from './authorization/index.ts';
import { formatError } from './errors/format-error.ts';
import type { SubgraphSource } from './datasources/index.ts';
import { codesOfRefusals, legacyStatus, logFaults, operationNames } from './errors/plugins.ts';
import { executeGateway } from './execution/execute-gateway.ts';
import { FastLane } from './fast-lane/index.ts';
import type { RequestContext } from './execution/request-context.ts';
import { serveGraphql } from './http/graphql.ts';
import { serveHealth } from './http/health.ts';
import { servePlayground } from './http/playground.ts';
import { makeServer } from './http/server.ts';
import { makeIdentify } from './identity/access-token.ts';
import { makeLimits, type Limits } from './limits/index.ts';
import { openSafelist } from './persisted/index.ts';
import { connectRedis } from './redis.ts';
import { serveSession } from './session/index.ts';
import { settingsSchema, type Settings } from './settings.ts';
import { openTopology, type Topology } from './supergraph/topology.ts';

/** A gateway that serves. */
export interface RunningGateway {
  /** Where it listens: `http://127.0.0.1:4000`. */
  readonly url: string;
  /** Answers what has been asked, then ends everything that it started. */
  close(): Promise<void>;
}

/**
 * Starts a gateway by its environment: composes or loads the supergraph, opens the subgraphs, listens.
 * @throws SettingsError, CompositionError, or the system's error when the port cannot be had
 */
export async function startGateway(environment: Environment): Promise<RunningGateway> {
  const settings = readSettings(settingsSchema, environment);
  const log = makeLogger('gateway', settings.LOG_LEVEL);
  const topology = await openTopology(settings, environment, log);
  const redis = settings.REDIS_URL === undefined ? undefined : await connectRedis(settings.REDIS_URL, log);
  const limits = makeLimits(settings, redis);
  const refusals = new RefusalLog(() => topology.sources().find(({ name }) => name === 'auth'), log, {
    perCaller: settings.REFUSALS_PER_CALLER,
    delayMs: settings.REFUSALS_DELAY_MS,
  });
  try {
    const { apollo, lane } = await startApollo(topology, settings, { limits, refusals, redis }, log);
    const server = await makeServer(settings, log);
    const { keys } = topology;
    const safelist = await openSafelist(settings, log);
    const door = {
      apollo,
      identify: makeIdentify(keys, settings.OIDC_ISSUERS),
      timeoutMs: settings.REQUEST_TIMEOUT_MS,
    };
    serveGraphql(server, {
      ...door,
      safelist,
      lane: settings.FAST_LANE ? lane : undefined,
      admit: (identity, address) => limits.admit(identity, address),
    });
    if (keys) await serveSession(server, { ...door, log });
    serveHealth(server, () => topology.sources());
    if (keys && 'local' in keys) server.get('/.well-known/jwks.json', () => keys.local());
    if (settings.PLAYGROUND) await servePlayground(server, settings.CDX_DEMO);
    const url = await server.listen({ host: settings.HOST, port: settings.PORT });
    return {
      url,
      async close() {
        await server.close();
        await apollo.stop();
        await refusals.close();
        redis?.disconnect();
        await topology.close();
      },
    };
  } catch (error) {
    redis?.disconnect();
    await topology.close();
    throw error;
  }
}

/** What the parts of a gateway share. */
interface Shared {
  readonly limits: Limits;
  readonly refusals: RefusalLog;
  readonly redis: Redis | undefined;
}

async function startApollo(
  topology: Topology,
  settings: Settings,
  { limits, refusals, redis }: Shared,
  log: Logger,
): Promise<{ readonly apollo: ApolloServer<RequestContext>; readonly lane: FastLane }> {
  // Apollo's gateway sends telemetry unless it is told not to, and reads that from the environment alone.
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const logger = {
    debug: (message: unknown) => log.debug(String(message)),
    info: (message: unknown) => log.debug(String(message)),
    warn: (message: unknown) => log.warn(String(message)),
    error: (message: unknown) => log.error(String(message)),
  };
  const introspection = settings.INTROSPECTION ?? (settings.NODE_ENV === 'production' ? 'none' : 'whole');
  const sourceOf = (name: string, url: string | undefined): SubgraphSource => topology.sourceOf(name, url);
  const gateway = new ApolloGateway({
    supergraphSdl: acceptPolicies(topology.supergraph),
    buildService: ({ name, url }) => sourceOf(name, url),
    __exposeQueryPlanExperimental: false,
    logger,
  });
  const authorized = authorizeGateway(executeGateway(gateway, sourceOf), {
    mode: settings.AUTHORIZATION_MODE,
    policies,
    introspection,
    log,
    onRefusal: (refusal) => refusals.note(refusal),
  });
  const lane = new FastLane([
    codesOfRefusals,
    operationNames,
    ...limits.plugins,
    logFaults(log),
    legacyStatus,
    ...(keepsAnswers(settings) ? [responseCache(cacheParts(redis, settings.RESPONSE_CACHE_MB, log))] : []),
    ApolloServerPluginCacheControl(),
  ]);
  const apollo = new ApolloServer<RequestContext>({
    gateway: lane.tap(authorized),
    formatError,
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
  return { apollo, lane };
}

/**
 * Whether answers may be kept: in the memory of one process a write in another would leave them as they are, and in
 * `dry-run` each answer tells anew what would be refused.
 */
function keepsAnswers(settings: Settings): boolean {
  const { RESPONSE_CACHE, AUTHORIZATION_MODE, REDIS_URL, WORKERS } = settings;
  return RESPONSE_CACHE && AUTHORIZATION_MODE !== 'dry-run' && (WORKERS === 1 || REDIS_URL !== undefined);
}

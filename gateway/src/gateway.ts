import { makeLogger, readSettings, type Environment } from '@cdx/kit';
import { startApollo } from './apollo.ts';
import { RefusalLog } from './authorization/index.ts';
import { serveGraphql } from './http/graphql.ts';
import { serveHealth } from './http/health.ts';
import { servePlayground } from './http/playground.ts';
import { makeServer } from './http/server.ts';
import { makeIdentify } from './identity/access-token.ts';
import { openLive } from './live/index.ts';
import { makeLimits } from './limits/index.ts';
import { openSafelist } from './persisted/index.ts';
import { connectRedis } from './redis.ts';
import { SignUps } from './sagas/index.ts';
import { serveSession } from './session/index.ts';
import { settingsSchema } from './settings.ts';
import { openTopology } from './supergraph/topology.ts';

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
  const sourceOf = (service: string) => topology.sources().find(({ name }) => name === service);
  const refusals = new RefusalLog(() => sourceOf('auth'), log, {
    perCaller: settings.REFUSALS_PER_CALLER,
    delayMs: settings.REFUSALS_DELAY_MS,
  });
  try {
    const { apollo, lane, stringify, onChange } = await startApollo({
      topology,
      settings,
      limits,
      refusals,
      redis,
      log,
    });
    const server = await makeServer(settings, log);
    const { keys } = topology;
    const safelist = await openSafelist(settings, log);
    const live = openLive({ apollo, topology, settings, log });
    const door = {
      apollo,
      identify: makeIdentify(keys, settings.OIDC_ISSUERS),
      timeoutMs: settings.REQUEST_TIMEOUT_MS,
    };
    await serveGraphql(server, {
      ...door,
      live: { live, stringify, maxMessage: settings.BODY_LIMIT_BYTES, origins: settings.CORS_ORIGINS },
      safelist,
      lane: settings.FAST_LANE ? lane : undefined,
      admit: (identity, address) => limits.admit(identity, address),
    });
    if (keys) await serveSession(server, { ...door, log });
    serveHealth(server, () => topology.sources());
    if (keys && 'local' in keys) server.get('/.well-known/jwks.json', () => keys.local());
    if (settings.PLAYGROUND) await servePlayground(server, settings.CDX_DEMO);
    topology.sagas.start(onChange);
    const url = await server.listen({ host: settings.HOST, port: settings.PORT });
    const signUps = new SignUps({ sourceOf, log, onChange });
    const stopSignUps = signUps.start(settings.SIGN_UPS_SECONDS);
    return {
      url,
      async close() {
        // First, so that requests that wait for a saga are answered: another gateway goes on with it.
        await Promise.all([topology.sagas.close(), stopSignUps()]);
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

import { openSecrets, SettingsError, type Environment, type Logger, type Subgraph } from '@cdx/kit';
import type { ComposedSubgraph } from '../compose/index.ts';
import { httpSource, inProcessSource, type SubgraphSource } from '../datasources/index.ts';
import type { KeySource } from '../identity/keys.ts';
import type { Settings } from '../settings.ts';
import { contracts, domains, type Domain, type KeyPublisher } from '../subgraphs.ts';
import { composeLive } from './compose-live.ts';
import { sagas as kinds, SagaRunner } from '../sagas/index.ts';
import { openViews, type Views } from '../views/index.ts';
import type { SupergraphManager } from './manager.ts';
import { watchSupergraph } from './watch.ts';

/** Which subgraphs there are, and how each is reached. */
export interface Topology {
  readonly supergraph: SupergraphManager;
  /** The source of a subgraph of the supergraph; the same one as long as its URL stays. */
  sourceOf(name: string, url: string | undefined): SubgraphSource;
  /** All sources in use. */
  sources(): readonly SubgraphSource[];
  /** What is answered across services; a part of the gateway, wherever the others run. */
  readonly views: Views;
  /** What changes several services at once. */
  readonly sagas: SagaRunner;
  /** Where the keys of access tokens are; undefined where no auth subgraph is known. */
  readonly keys: KeySource | undefined;
  close(): Promise<void>;
}

/**
 * Opens the subgraphs: inside this process those that nobody names, by URL the others.
 * @throws SettingsError when a subgraph's settings are wrong, CompositionError later when they do not fit together
 */
export async function openTopology(
  settings: Settings,
  environment: Environment,
  log: Logger,
): Promise<Topology> {
  const secrets = await openSecrets(settings, log);
  const sources = new Map<string, SubgraphSource>();
  const remote = (name: string, url: string): SubgraphSource => {
    const key = `${name} ${url}`;
    const source =
      sources.get(key) ?? httpSource({ name, url, secrets, connections: settings.SUBGRAPH_CONNECTIONS, log });
    sources.set(key, source);
    return source;
  };
  const sagas = new SagaRunner({
    kinds,
    sourceOf: (service) => [...sources.values()].find(({ name }) => name === service),
    log,
    seconds: settings.SAGAS_SECONDS,
  });
  const views = openViews({ sources: () => [...sources.values()], sagas, log });
  const local = new Map([[views.source.name, views.source]]);
  const rest = {
    views,
    sagas,
    sources: () => [...sources.values()],
    async close() {
      await sagas.close();
      secrets?.close();
      await Promise.all([...sources.values()].map((source) => source.close()));
    },
  };
  const file = settings.SUPERGRAPH_FILE;
  if (file !== undefined) {
    return {
      ...rest,
      supergraph: watchSupergraph(file, log),
      sourceOf: (name, url) =>
        local.get(name) ?? remote(name, settings.SUBGRAPHS.get(name) ?? url ?? missingUrl(name)),
      keys: remoteKeys(settings),
    };
  }
  if (settings.SUBGRAPHS.size > 0 && !secrets) {
    throw new SettingsError(
      'CDX_INTERNAL_SECRET or CDX_INTERNAL_SECRET_FILE is needed where SUBGRAPHS names subgraphs that run elsewhere',
    );
  }
  const inside = await openInside(settings, environment, log);
  for (const subgraph of inside) sources.set(subgraph.name, inProcessSource(subgraph, log));
  const foreign = [...settings.SUBGRAPHS]
    .filter(([name]) => !domains.some((domain) => domain.name === name))
    .map(([name, url]) => ({ name, url, source: remote(name, url) }));
  return {
    ...rest,
    supergraph: composeLive(knownContracts(settings), foreign, log),
    sourceOf: (name, url) =>
      local.get(name) ??
      sources.get(name) ??
      remote(name, settings.SUBGRAPHS.get(name) ?? url ?? missingUrl(name)),
    keys: localKeys(inside) ?? remoteKeys(settings),
  };
}

function openInside(
  settings: Settings,
  environment: Environment,
  log: Logger,
): Promise<(Subgraph & Partial<KeyPublisher>)[]> {
  const inside: readonly Domain[] = domains.filter(({ name }) => !settings.SUBGRAPHS.has(name));
  return Promise.all(inside.map((domain) => domain.create(environment, log)));
}

/** The product's own contracts are known whether their subgraphs run or not, so the graph is whole from the start. */
function knownContracts(settings: Settings): ComposedSubgraph[] {
  return contracts().map((contract) => ({
    ...contract,
    url: settings.SUBGRAPHS.get(contract.name) ?? contract.url,
  }));
}

function localKeys(inside: readonly (Subgraph & Partial<KeyPublisher>)[]): KeySource | undefined {
  const publisher = inside.find((subgraph) => 'jwks' in subgraph);
  return publisher?.jwks && { local: publisher.jwks };
}

function remoteKeys({ JWKS_URL, SUBGRAPHS }: Settings): KeySource | undefined {
  const auth = SUBGRAPHS.get('auth');
  const url = JWKS_URL ?? (auth && new URL('/.well-known/jwks.json', auth).href);
  return url === undefined ? undefined : { url };
}

function missingUrl(name: string): never {
  throw new SettingsError(`The supergraph says no URL for ${name}; give one in SUBGRAPHS`);
}

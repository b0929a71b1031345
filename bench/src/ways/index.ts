import { join } from 'node:path';
import { freePort } from '../../../databases/src/index.ts';
import { addressesOf } from './supergraph.ts';
import { scenarioNames, type ScenarioName } from '../scenarios.ts';
import { startGatewayProcess, startPeer, startProgram, type Site, type Started, type Way } from './way.ts';

export type { Site, Way } from './way.ts';

/** How a way is started. */
interface WayKind {
  readonly title: string;
  /** Whether it reads the product's subgraphs by HTTP, whose cost is then its own. */
  readonly overSubgraphs: boolean;
  /** What it can answer; everything when not given. */
  readonly scenarios?: readonly ScenarioName[];
  readonly start: (site: Site) => Promise<Started>;
}

/** What the hand-written servers have been written for. */
const written = scenarioNames.filter((name) => name !== 'overview');

/** The ways, the baseline of all ratios first. */
const ways = {
  apollo: {
    title: 'stock Apollo gateway',
    overSubgraphs: true,
    start: (site) => startPeer(site.peers, 'apollo.mjs', peerEnvironment(site)),
  },
  embedded: {
    title: 'CDX, one process',
    overSubgraphs: false,
    start: ({ env }) => startGatewayProcess(env),
  },
  workers: {
    title: 'CDX, two workers',
    overSubgraphs: false,
    start: ({ env }) => startGatewayProcess({ ...env, WORKERS: '2' }),
  },
  distributed: {
    title: 'CDX, distributed',
    overSubgraphs: true,
    start: ({ env, subgraphs }) => startGatewayProcess({ ...env, SUBGRAPHS: subgraphs }),
  },
  hive: { title: 'Hive Gateway', overSubgraphs: true, start: (site) => startHive(site, []) },
  'hive-rust': {
    title: 'Hive Gateway, Rust parts',
    overSubgraphs: true,
    start: (site) => startHive(site, ['--hive-router-runtime']),
  },
  mercurius: {
    title: 'Mercurius gateway',
    overSubgraphs: true,
    start: (site) => startPeer(site.peers, 'mercurius.mjs', peerEnvironment(site)),
  },
  'graphql-js': {
    title: 'one server, graphql-js',
    overSubgraphs: false,
    scenarios: written,
    start: (site) => startSingle(site, 'graphql-js'),
  },
  'graphql-jit': {
    title: 'one server, graphql-jit',
    overSubgraphs: false,
    scenarios: written,
    start: (site) => startSingle(site, 'graphql-jit'),
  },
  postgraphile: {
    title: 'PostGraphile',
    overSubgraphs: false,
    scenarios: ['customers'],
    start: (site) => startPeer(site.peers, 'postgraphile.mjs', peerEnvironment(site)),
  },
  floor: {
    title: 'SQL floor',
    overSubgraphs: false,
    scenarios: written,
    start: (site) => startPeer(site.peers, 'floor.mjs', peerEnvironment(site)),
  },
} satisfies Record<string, WayKind>;

export type WayName = keyof typeof ways;

/** The way that all ratios are to. */
export const baseline: WayName = 'apollo';

export const wayNames = Object.keys(ways) as WayName[];

/** The ways' names for people. */
export const titles = Object.fromEntries(wayNames.map((name) => [name, ways[name].title]));

/** Starts one way. */
export async function startWay(name: WayName, site: Site): Promise<Way> {
  const { overSubgraphs, scenarios, start }: WayKind = ways[name];
  const started = await start(site);
  const pids = [started.pid, ...(overSubgraphs ? site.subgraphPids : [])];
  return {
    name,
    url: `http://127.0.0.1:${started.port}/graphql`,
    pids,
    gatewayPid: overSubgraphs ? started.pid : null,
    answers: (scenario) => scenarios?.includes(scenario) ?? true,
    stop: () => started.stop(),
  };
}

function startSingle(site: Site, engine: string): Promise<Started> {
  return startPeer(site.peers, 'single.mjs', { ...peerEnvironment(site), ENGINE: engine });
}

async function startHive(site: Site, flags: readonly string[]): Promise<Started> {
  const port = await freePort();
  const env = peerEnvironment(site);
  const args = [
    join(site.peers, 'node_modules/@graphql-hive/gateway/dist/bin.js'),
    'supergraph',
    ...['--port', String(port), '--config-path', 'hive.config.mjs', ...flags],
  ];
  return startProgram(args, { cwd: site.peers, env, port, path: '/readiness' });
}

/** What peers read: the databases, the keys, the subgraphs and a supergraph that says where these run. */
function peerEnvironment({ env, subgraphs, supergraphFile, contracts }: Site): NodeJS.ProcessEnv {
  const { auth = '' } = addressesOf(subgraphs);
  return {
    ...env,
    NODE_ENV: 'production',
    SUPERGRAPH_FILE: supergraphFile,
    CONTRACTS: contracts,
    SUBGRAPHS: subgraphs,
    JWKS_URL: `${auth}/.well-known/jwks.json`,
  };
}

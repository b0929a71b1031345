/** Gateways for tests: the same graph, embedded and distributed, on the databases of the test run. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domains, startGateway, type RunningGateway } from '@cdx/gateway';
import { makeLogger, openSecrets, readSettings, serverSettingsSchema, serveSubgraph } from '@cdx/kit';
import type { FastifyInstance } from 'fastify';

export type Topology = 'embedded' | 'distributed';
export const topologies: readonly Topology[] = ['embedded', 'distributed'];

/** A gateway under test; in the distributed topology its subgraphs are HTTP servers in this process. */
export interface TestGateway extends RunningGateway {
  /** The HTTP servers of the subgraphs, by name. */
  readonly servers: ReadonlyMap<string, FastifyInstance>;
  /** The environment that it was started with. */
  readonly env: NodeJS.ProcessEnv;
}

/** What the gateways under test sign identities for subgraphs with. */
export const internalSecret = 'a secret of the tests with 32 characters or more';

/** The environment of a gateway for tests: keys and mail of its own, a free port, a quiet log. */
export function testEnvironment(): NodeJS.ProcessEnv {
  const folder = mkdtempSync(join(tmpdir(), 'cdx-test-'));
  return {
    ...process.env,
    PORT: '0',
    LOG_LEVEL: 'silent',
    CDX_DEMO: 'true',
    LOGIN_ATTEMPTS_PER_MINUTE: '100000',
    // At the end, so that no statement of theirs comes between those that a test counts.
    REFUSALS_DELAY_MS: '600000',
    NOTIFICATIONS_DELIVERY_SECONDS: '0',
    SAGAS_SECONDS: '0',
    SIGN_UPS_SECONDS: '0',
    CDX_INTERNAL_SECRET: internalSecret,
    AUTH_SIGNING_KEYS_FILE: join(folder, 'keys.json'),
    MAIL_OUTBOX_DIR: join(folder, 'outbox'),
  };
}

/** Starts a gateway in a topology. */
export async function aGateway(topology: Topology, env = testEnvironment()): Promise<TestGateway> {
  const servers = topology === 'distributed' ? await serveAll(env) : new Map<string, FastifyInstance>();
  const urls = [...servers].map(([name, server]) => `${name}=${urlOf(server)}`);
  const started = await startGateway({ ...env, SUBGRAPHS: urls.join(',') });
  return {
    ...started,
    servers,
    env,
    async close() {
      await started.close();
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}

/**
 * Serves domains over HTTP.
 * @param port where; any that is free when 0
 * @param names which of the domains
 */
export async function serveAll(
  env: NodeJS.ProcessEnv,
  port = 0,
  names = domains.map(({ name }) => name),
): Promise<Map<string, FastifyInstance>> {
  const log = makeLogger('test', 'silent');
  const entries = domains
    .filter(({ name }) => names.includes(name))
    .map(async (domain) => {
      const subgraph = await domain.create(env, log);
      const { jwks } = subgraph;
      const secrets = await openSecrets(readSettings(serverSettingsSchema, env), log);
      if (!secrets) throw new Error('The environment has no internal secret');
      const server = await serveSubgraph(subgraph, {
        host: '127.0.0.1',
        port,
        secrets,
        log,
        documents: jwks ? { '/.well-known/jwks.json': jwks } : {},
      });
      return [domain.name, server] as const;
    });
  return new Map(await Promise.all(entries));
}

/** Where a server listens: `http://127.0.0.1:port`. */
export function urlOf(server: FastifyInstance): string {
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen');
  return `http://127.0.0.1:${address.port}`;
}

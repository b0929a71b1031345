import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseEnvironment, startSubgraphProcesses } from '../../databases/src/index.ts';
import { openData } from './data.ts';
import { installPeers } from './peers.ts';
import { withPids } from './processes.ts';
import type { Site } from './ways/index.ts';
import { writeContracts, writeSupergraph } from './ways/supergraph.ts';

/** A site with what ends it. */
export interface OpenSite extends Site {
  /** The processes of the databases. */
  readonly databasePids: readonly number[];
  close(): Promise<void>;
}

/** Brings up all that the ways share: databases with data, subgraphs as processes, the packages of the peers. */
export async function openSite(
  { cacheDir, scale }: { readonly cacheDir: string; readonly scale: number },
  say: (step: string) => void,
): Promise<OpenSite> {
  const peers = await installPeers(cacheDir, say);
  const data = await openData({ cacheDir, scale }, say);
  try {
    const env = await environment(join(cacheDir, 'bench-data'), data.urls);
    say('starting the subgraphs');
    const [processes, subgraphPids] = await withPids(() => startSubgraphProcesses(env));
    const { subgraphs } = processes;
    const supergraphFile = await writeSupergraph(peers, subgraphs);
    const contracts = await writeContracts(peers);
    return {
      ...{ urls: data.urls, env, peers, subgraphs, subgraphPids, supergraphFile, contracts },
      databasePids: data.pids,
      async close() {
        await processes.stop();
        await data.stop();
      },
    };
  } catch (error) {
    await data.stop();
    throw error;
  }
}

/** The environment of the product: as in production, with the limits so high that a load test is let in. */
async function environment(folder: string, urls: Site['urls']): Promise<NodeJS.ProcessEnv> {
  await mkdir(folder, { recursive: true });
  const unlimited = '1000000000';
  return {
    PATH: process.env.PATH,
    ...databaseEnvironment(urls),
    AUTH_SIGNING_KEYS_FILE: join(folder, 'signing-keys.json'),
    MAIL_OUTBOX_DIR: join(folder, 'outbox'),
    CDX_INTERNAL_SECRET: randomBytes(32).toString('base64url'),
    CDX_DEMO: 'true',
    // A run takes longer than a token lives.
    ACCESS_TOKEN_SECONDS: '86400',
    RATE_LIMIT_PER_MINUTE: '0',
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '0',
    LOGIN_ATTEMPTS_PER_MINUTE: '0',
    COST_BUDGET_ADMIN: unlimited,
    COST_BUDGET_SUPERADMIN: unlimited,
    INTROSPECTION: 'whole',
    PLAYGROUND: 'false',
    LOG_LEVEL: 'warn',
    HOST: '127.0.0.1',
    PORT: '0',
    APOLLO_TELEMETRY_DISABLED: 'true',
  };
}

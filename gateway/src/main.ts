/** Runs the gateway: `node gateway/src/main.ts [--supergraph file.graphql] [--port N] [--host address] [--workers N]`. */
import cluster from 'node:cluster';
import { parseArgs } from 'node:util';
import { makeLogger, readSettings, type Environment } from '@cdx/kit';
import { startGateway } from './gateway.ts';
import { settingsSchema } from './settings.ts';
import { runWorkers } from './workers.ts';

const help = `Runs the gateway of CDX.

  --supergraph FILE  serve this composed supergraph, and swap it when the file changes
  --port N           listen at this port (4000)
  --host ADDRESS     listen at this address (127.0.0.1)
  --workers N        run in N processes that share the port (1); 0 for one on each core
  --help             show this

Other settings come from the environment: see docs/configuration.md.`;

const options = {
  supergraph: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  workers: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** The environment, with what the command line says in its place. */
function environmentWith(values: {
  readonly [Name in keyof typeof options]?: string | boolean;
}): Environment {
  const { supergraph, port, host, workers } = values;
  const said = { SUPERGRAPH_FILE: supergraph, PORT: port, HOST: host, WORKERS: workers };
  const given = Object.entries(said).filter(([, value]) => value !== undefined);
  return { ...process.env, ...(Object.fromEntries(given) as Environment) };
}

async function start(environment: Environment): Promise<() => Promise<void>> {
  const { WORKERS, REDIS_URL, LOG_LEVEL } = readSettings(settingsSchema, environment);
  if (WORKERS === 1 || cluster.isWorker) {
    const gateway = await startGateway(environment);
    console.log(`GraphQL at ${gateway.url}/graphql`);
    return () => gateway.close();
  }
  const log = makeLogger('gateway', LOG_LEVEL);
  if (REDIS_URL === undefined)
    log.warn(
      'without REDIS_URL each worker counts rates for itself, so a caller has as many times the rate, and no answers are kept',
    );
  return runWorkers(WORKERS, log);
}

try {
  const { values } = parseArgs({ options });
  if (values.help) {
    console.log(help);
  } else {
    const end = await start(environmentWith(values));
    const stop = (): void => void end().then(() => cluster.isWorker && process.exit());
    process.once('SIGINT', stop).once('SIGTERM', stop);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

/** Runs the gateway: `node gateway/src/main.ts [--supergraph file.graphql] [--port N] [--host address]`. */
import { parseArgs } from 'node:util';
import { startGateway } from './gateway.ts';

const help = `Runs the gateway of CDX.

  --supergraph FILE  serve this composed supergraph, and swap it when the file changes
  --port N           listen at this port (4000)
  --host ADDRESS     listen at this address (127.0.0.1)
  --help             show this

Other settings come from the environment: see docs/configuration.md.`;

try {
  const { values } = parseArgs({
    options: {
      supergraph: { type: 'string' },
      port: { type: 'string' },
      host: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(help);
  } else {
    const gateway = await startGateway({
      ...process.env,
      ...(values.supergraph === undefined ? {} : { SUPERGRAPH_FILE: values.supergraph }),
      ...(values.port === undefined ? {} : { PORT: values.port }),
      ...(values.host === undefined ? {} : { HOST: values.host }),
    });
    console.log(`GraphQL at ${gateway.url}/graphql`);
    const stop = (): void => void gateway.close();
    process.once('SIGINT', stop).once('SIGTERM', stop);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

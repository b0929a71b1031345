import type { FastifyInstance } from 'fastify';
import type { SubgraphSource } from '../datasources/index.ts';

/** How long a subgraph may take to say that it is there, in milliseconds. */
const patienceMs = 2_000;

/**
 * `GET /health`: the process runs. `GET /ready`: it has a supergraph and serves; the body says which subgraphs answer.
 * One that does not costs its own fields and nothing else, so it does not make the gateway unready.
 */
export function serveHealth(server: FastifyInstance, sources: () => readonly SubgraphSource[]): void {
  server.get('/health', () => ({ status: 'up' }));
  server.get('/ready', async () => {
    const states = await Promise.all(
      sources().map(async (source) => [source.name, await stateOf(source)] as const),
    );
    return { status: 'ready', subgraphs: Object.fromEntries(states) };
  });
}

function stateOf(source: SubgraphSource): Promise<'up' | 'down'> {
  const patience = new Promise<'down'>((resolve) => setTimeout(() => resolve('down'), patienceMs).unref());
  const answer = source.check().then(
    () => 'up' as const,
    () => 'down' as const,
  );
  return Promise.race([answer, patience]);
}

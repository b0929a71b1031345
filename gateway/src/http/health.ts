import type { FastifyInstance } from 'fastify';
import { within, type SubgraphSource } from '../datasources/index.ts';

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

async function stateOf(source: SubgraphSource): Promise<'up' | 'down'> {
  const isThere = await within(source.check().then(() => true));
  return isThere ? 'up' : 'down';
}

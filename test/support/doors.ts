/** What stands between gateways and their subgraphs, and lets a test decide over each request. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { deadlineHeader, type ErrorCode } from '@cdx/kit';
import type { FastifyInstance } from 'fastify';
import { request } from 'undici';
import { urlOf } from './gateways.ts';

/** A request of a gateway to a subgraph. */
export interface DoorRequest {
  /** The gateway, by the name that its addresses were made for. */
  readonly gateway: string;
  readonly service: string;
  readonly query: string;
}

/**
 * What becomes of a request: nobody gets it, its owner gets it and nobody the answer, it is refused at the door, or it
 * passes, whatever else would be decided, with so much time left where that is said.
 */
export type Decision =
  | { readonly lose: 'request' | 'answer'; readonly then: () => Promise<unknown> }
  | { readonly refuse: ErrorCode }
  | { readonly pass: true; readonly withinMs?: number };

export interface Doors {
  /** `SUBGRAPHS` of a gateway whose requests go through these doors. */
  subgraphsFor(gateway: string): string;
  /** Asked of each request, in its order; undefined lets it pass. */
  decide: ((request: DoorRequest) => Decision | undefined) | undefined;
  /** All that has come since the list was emptied. */
  readonly requests: DoorRequest[];
  close(): Promise<void>;
}

/** Headers that are about the way to the doors, and not the request. */
const ofConnection = new Set(['host', 'connection', 'keep-alive', 'transfer-encoding']);

/** Opens a server that hands requests on to subgraphs: `/<gateway>/<service>/graphql`. */
export async function openDoors(servers: ReadonlyMap<string, FastifyInstance>): Promise<Doors> {
  const server = createServer((incoming, response) => void pass(incoming, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port is free');
  const doors: Doors = {
    requests: [],
    decide: undefined,
    subgraphsFor: (gateway) =>
      [...servers.keys()]
        .map((name) => `${name}=http://127.0.0.1:${address.port}/${gateway}/${name}/graphql`)
        .join(','),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, gateway = '', service = ''] = (incoming.url ?? '').split('/');
    const target = servers.get(service);
    if (!target) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { query } = JSON.parse(body.toString()) as { readonly query: string };
    doors.requests.push({ gateway, service, query });
    const decision = doors.decide?.({ gateway, service, query }) ?? { pass: true };
    const loss = 'lose' in decision ? decision : undefined;
    if ('refuse' in decision) {
      const error = { message: `The door says ${decision.refuse}`, extensions: { code: decision.refuse } };
      return void response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ errors: [error] }));
    }
    if (loss?.lose === 'request') return void loss.then().finally(() => response.destroy());
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).filter(([name]) => !ofConnection.has(name)),
    );
    if ('pass' in decision && decision.withinMs !== undefined)
      headers[deadlineHeader] = String(Date.now() + decision.withinMs);
    const answer = await request(`${urlOf(target)}/graphql`, { method: 'POST', headers, body });
    const text = await answer.body.text();
    if (loss) return void loss.then().finally(() => response.destroy());
    response.writeHead(answer.statusCode, { 'content-type': 'application/json' }).end(text);
  }
  return doors;
}

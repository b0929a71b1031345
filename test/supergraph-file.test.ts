import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeSupergraph, startGateway, type RunningGateway } from '@cdx/gateway';
import { graphql, parse, type DocumentNode } from 'graphql';
import { ask, at } from './support/ask.ts';

/** A subgraph that is not of this product: GraphQL over HTTP, and nothing of ours. */
function foreignSubgraph(typeDefs: DocumentNode, resolvers: object): Promise<Server> {
  const schema = buildSubgraphSchema({ typeDefs, resolvers: { ...resolvers } });
  const server = createServer((incoming, reply) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as {
        query: string;
        variables: object;
      };
      void graphql({ schema, source: query, variableValues: { ...variables } }).then((result) =>
        reply.setHeader('content-type', 'application/json').end(JSON.stringify(result)),
      );
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const v1 = parse('type Query { greeting: String fails: String }');
const v2 = parse('type Query { greeting: String fails: String farewell: String }');

let server: Server;
let file: string;
let gateway: RunningGateway;
let url: string;

beforeAll(async () => {
  server = await foreignSubgraph(v2, {
    Query: {
      greeting: () => 'hello',
      farewell: () => 'good-bye',
      fails: () => {
        throw new Error('password=secret at 10.0.0.1');
      },
    },
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  file = join(await mkdtemp(join(tmpdir(), 'cdx-supergraph-')), 'supergraph.graphql');
  await writeFile(file, composeSupergraph([{ name: 'words', url, typeDefs: v1 }]));
  gateway = await startGateway({
    SUPERGRAPH_FILE: file,
    PORT: '0',
    LOG_LEVEL: 'silent',
    PLAYGROUND: 'false',
    // The traffic of the swap is more than an address may ask for.
    RATE_LIMIT_ANONYMOUS_PER_MINUTE: '0',
  });
});
afterAll(async () => {
  await gateway.close();
  server.close();
});

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await check()) return;
    await sleep(200);
  }
  throw new Error('It did not happen within a minute');
}

describe('a supergraph from a file', () => {
  test('of subgraphs that are not ours is served', async () => {
    expect(at(await ask(gateway, '{ greeting }'), 'greeting')).toBe('hello');
  });

  test('says nothing of what an outside subgraph says of itself', async () => {
    const answer = await ask(gateway, '{ greeting fails }');
    expect(answer.data).toEqual({ greeting: 'hello', fails: null });
    expect(answer.errors).toEqual([
      {
        message: 'The words service failed',
        path: ['fails'],
        extensions: { code: 'INTERNAL', service: 'words' },
      },
    ]);
  });

  test('is refused when it is broken or does not answer, and the old one goes on', async () => {
    await writeFile(file, 'type Query {');
    await sleep(1_500);
    expect(at(await ask(gateway, '{ greeting }'), 'greeting')).toBe('hello');
    await writeFile(file, composeSupergraph([{ name: 'words', url: 'http://127.0.0.1:9/', typeDefs: v2 }]));
    await sleep(2_500);
    expect(at(await ask(gateway, '{ greeting }'), 'greeting')).toBe('hello');
  });

  test('is swapped when it changes, and no request is dropped meanwhile', async () => {
    const client = { isAsking: true };
    const statuses = new Set<number>();
    const traffic = (async () => {
      while (client.isAsking) statuses.add((await ask(gateway, '{ greeting }')).status);
    })();
    try {
      await writeFile(file, composeSupergraph([{ name: 'words', url, typeDefs: v2 }]));
      await eventually(async () => (await ask(gateway, '{ farewell }')).data?.farewell === 'good-bye');
    } finally {
      client.isAsking = false;
    }
    await traffic;
    expect([...statuses]).toEqual([200]);
  }, 90_000);
});

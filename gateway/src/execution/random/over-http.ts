import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { anonymous, makeLogger, type SubgraphOperation } from '@cdx/kit';
import { execute, parse, type GraphQLSchema } from 'graphql';
import { httpSource, type SubgraphSource } from '../../datasources/index.ts';
import { makeRequestContext } from '../request-context.ts';
import { schemaOf, type TestSubgraph } from '../testing.ts';

const open: { readonly server: Server; readonly source: SubgraphSource }[] = [];

/** Ends the servers of a suite. */
export async function stopServers(): Promise<void> {
  for (const { server, source } of open.splice(0)) {
    await source.close();
    await new Promise((closed) => server.close(closed));
  }
}

/** A subgraph that is asked through HTTP as the product asks it; `stopServers` ends it. */
export async function overHttp(subgraph: TestSubgraph): Promise<TestSubgraph> {
  const { name } = subgraph;
  const server = serve(schemaOf(subgraph));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const log = makeLogger('test', 'silent');
  const url = `http://127.0.0.1:${port}/graphql`;
  const source = httpSource({ name, url, secrets: undefined, connections: 2, log });
  open.push({ server, source });
  return { ...subgraph, answer: (operation) => source.ask(operation, aContext()) };
}

function serve(schema: GraphQLSchema): Server {
  const answer = async (body: string): Promise<string> => {
    const { query, operationName, variables } = JSON.parse(body) as SubgraphOperation;
    const result = await execute({
      schema,
      document: parse(query),
      operationName,
      variableValues: variables,
    });
    // A caller sees the words of coded errors alone.
    const errors = result.errors?.map(({ message, path }) => ({
      message,
      path,
      extensions: { code: 'CONFLICT' },
    }));
    return JSON.stringify({ ...result, errors });
  };
  return createServer((request, response) => {
    void text(request)
      .then(answer)
      .then((body) => response.setHeader('content-type', 'application/json').end(body));
  });
}

function aContext(): ReturnType<typeof makeRequestContext> {
  return makeRequestContext({
    identity: anonymous,
    requestId: 'test',
    ipAddress: null,
    userAgent: null,
    signal: new AbortController().signal,
    deadlineMs: Date.now() + 10_000,
  });
}

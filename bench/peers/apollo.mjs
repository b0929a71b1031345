/** Apollo's own gateway as its documentation sets it up, over the product's subgraphs. */
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { identityFor } from './identity.mjs';
import { ready } from './serve.mjs';

class SubgraphSource extends RemoteGraphQLDataSource {
  constructor(name, url) {
    super({ url });
    this.name = name;
  }

  async willSendRequest({ request, context }) {
    request.http.headers.set('x-cdx-identity', await identityFor(context.authorization, this.name));
  }
}

// It refuses a supergraph with policies that it cannot enforce; the subgraphs still guard their rows.
const supergraphSdl = readFileSync(process.env.SUPERGRAPH_FILE, 'utf8').replaceAll(', for: SECURITY', '');
const gateway = new ApolloGateway({
  supergraphSdl,
  buildService: ({ name, url }) => new SubgraphSource(name, url),
});
const server = new ApolloServer({ gateway, introspection: false });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
ready(Number(new URL(url).port));

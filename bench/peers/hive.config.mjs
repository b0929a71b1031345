/** Hive Gateway over the product's subgraphs: all as it comes, but for the identity that the subgraphs ask for. */
import { defineConfig } from '@graphql-hive/gateway';
import { identityFor } from './identity.mjs';

/** Which subgraph serves at an address. */
const subgraphs = new Map(
  process.env.SUBGRAPHS.split(',').map((entry) => {
    const [name, url] = entry.split('=');
    return [new URL(url).host, name];
  }),
);

const identities = {
  async onFetch({ url, options, setOptions, context }) {
    const name = subgraphs.get(new URL(url).host);
    const authorization = context?.request?.headers.get('authorization');
    if (!name || !authorization) return;
    const identity = await identityFor(authorization, name);
    setOptions({ ...options, headers: { ...options.headers, 'x-cdx-identity': identity } });
  },
};

export const gatewayConfig = defineConfig({
  supergraph: process.env.SUPERGRAPH_FILE,
  host: '127.0.0.1',
  logging: 'error',
  graphiql: false,
  landingPage: false,
  plugins: () => [identities],
});

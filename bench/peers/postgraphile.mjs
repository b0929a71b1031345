/**
 * PostGraphile over the schema of the one domain whose lists it can answer by itself, as its documentation sets it up, with
 * the caller's tenant context: the product's row-level security confines it.
 */
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { callerOf } from './identity.mjs';
import { ready } from './serve.mjs';

async function contextOf({ node }) {
  const { tid, sub, oid, role } = await callerOf(node.req.headers.authorization);
  return {
    pgSettings: {
      role: 'cdx_app',
      'app.tenant_id': tid ?? '',
      'app.user_id': sub ?? '',
      'app.organization_id': oid ?? '',
      'app.role': role,
    },
  };
}

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: process.env.CRM_DATABASE_URL, schemas: ['crm'] })],
  grafserv: { graphqlPath: '/graphql', graphiql: false },
  grafast: { context: contextOf },
});
const server = createServer();
server.keepAliveTimeout = 75_000;
await instance.createServ(grafserv).addTo(server);
server.listen(0, '127.0.0.1', () => ready(server.address().port));

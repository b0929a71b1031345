import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';
import { bearer, post } from './support/post.ts';

/** Its scope is the admin's too; the subgraph asks for a superadmin besides. */
const createDefinition =
  'mutation { createAgentDefinition(input: { key: "mine", name: "Mine", category: "none" }) { id } }';

type Filter = Readonly<Record<string, { readonly eq: string }>>;

interface Entry {
  readonly action: string;
  readonly resourceType: string;
  readonly ipAddress: string;
  readonly after: unknown;
}

describe.each(topologies)('%s', (topology) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await aGateway(topology);
  });
  afterAll(() => gateway.close());

  /** The latest entry that the caller finds in a domain's log. */
  async function latest(token: string, domain: string, filter: Filter): Promise<Entry | undefined> {
    const { data, errors } = await ask(
      gateway,
      `query ($filter: AuditEntryFilter) { log: ${domain}AuditLog(first: 1, filter: $filter) {
        edges { node { action resourceType ipAddress after } } } }`,
      { token, variables: { filter } },
    );
    expect(errors).toEqual([]);
    return (data?.log as { edges: { node: Entry }[] }).edges[0]?.node;
  }

  test('a superadmin’s question to two domains is on record in both, under one request id', async () => {
    const token = await logIn(gateway, superadmin);

    const query = '{ clients(first: 2) { edges { node { name owner { email } } } } }';
    const requestId = `two-domains-${topology}`;
    const { body } = await post(gateway, { query }, { ...bearer(token), 'x-request-id': requestId });
    expect(body.errors).toBeUndefined();

    const filter = { action: { eq: 'read' }, requestId: { eq: requestId } };
    const inClients = await latest(token, 'clients', filter);
    const inAuth = await latest(token, 'auth', filter);
    expect(inClients).toMatchObject({
      resourceType: 'Client,User',
      ipAddress: '127.0.0.1',
      after: { fields: ['clients'], rows: 3 },
    });
    expect(inAuth).toMatchObject({ resourceType: 'User', after: { fields: ['_entities'] } });
  });

  test('what a tenant’s admin may not do is on record, and the admin can read it', async () => {
    const token = await logIn(gateway, tenantAdmin);

    const { errors } = await ask(gateway, createDefinition, { token });

    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await latest(token, 'clients', { action: { eq: 'clients.createAgentDefinition' } })).toMatchObject(
      {
        resourceType: 'refused',
        after: { code: 'FORBIDDEN' },
      },
    );
  });
});

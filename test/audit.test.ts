import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';

/** Its scope is the admin's too; the subgraph asks for a superadmin besides. */
const createDefinition =
  'mutation { createAgentDefinition(input: { key: "mine", name: "Mine", category: "none" }) { id } }';

interface Entry {
  readonly action: string;
  readonly resourceType: string;
  readonly requestId: string;
  readonly ipAddress: string;
  readonly after: unknown;
}

describe.each(topologies)('%s', (topology) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await aGateway(topology);
  });
  afterAll(() => gateway.close());

  /** The caller's latest entry of a domain's log, with that action. */
  async function latest(token: string, domain: string, action: string): Promise<Entry | undefined> {
    const { data, errors } = await ask(
      gateway,
      `query ($action: String!) { log: ${domain}AuditLog(first: 1, filter: { action: { eq: $action } }) {
        edges { node { action resourceType requestId ipAddress after } } } }`,
      { token, variables: { action } },
    );
    expect(errors).toEqual([]);
    return (data?.log as { edges: { node: Entry }[] }).edges[0]?.node;
  }

  test('a superadmin’s question to two domains is on record in both, under one request id', async () => {
    const token = await logIn(gateway, superadmin);

    const query = '{ clients(first: 2) { edges { node { name owner { email } } } } }';
    expect((await ask(gateway, query, { token })).errors).toEqual([]);

    const inClients = await latest(token, 'clients', 'read');
    const inAuth = await latest(token, 'auth', 'read');
    expect(inClients).toMatchObject({
      resourceType: 'Client,User',
      ipAddress: '127.0.0.1',
      after: { fields: ['clients'], rows: 3 },
    });
    expect(inAuth).toMatchObject({ resourceType: 'User', after: { fields: ['_entities'] } });
    expect(inAuth?.requestId).toBe(inClients?.requestId);
  });

  test('what a tenant’s admin may not do is on record, and the admin can read it', async () => {
    const token = await logIn(gateway, tenantAdmin);

    const { errors } = await ask(gateway, createDefinition, { token });

    expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await latest(token, 'clients', 'clients.createAgentDefinition')).toMatchObject({
      resourceType: 'refused',
      after: { code: 'FORBIDDEN' },
    });
  });
});

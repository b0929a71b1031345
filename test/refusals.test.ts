import { identityHeader, readSecrets, signIdentity, type Identity } from '@cdx/kit';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, clientUser, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, internalSecret, topologies, urlOf, type TestGateway } from './support/gateways.ts';
import { bearer, post } from './support/post.ts';

interface Entry {
  readonly action: string;
  readonly resourceType: string;
  readonly requestId: string;
  readonly actorId: string | null;
  readonly actorKind: string;
  readonly tenantId: string | null;
  readonly ipAddress: string;
  readonly after: Readonly<Record<string, unknown>>;
}

/** What is refused is put on record at the latest when its gateway closes, so another one reads. */
let reader: TestGateway;
beforeAll(async () => {
  reader = await aGateway('embedded');
});
afterAll(() => reader.close());

async function entries(email: string, filter: object): Promise<Entry[]> {
  const query = `query ($filter: AuditEntryFilter) { authAuditLog(first: 200, filter: $filter) {
    edges { node { action resourceType requestId actorId actorKind tenantId ipAddress after } } } }`;
  const answer = await ask(reader, query, { token: await logIn(reader, email), variables: { filter } });
  expect(answer.errors).toEqual([]);
  return (at(answer, 'authAuditLog', 'edges') as { node: Entry }[]).map(({ node }) => node);
}

const ofRequest = (requestId: string) => ({ requestId: { eq: requestId } });

describe.each(topologies)('%s: what the gateway refuses', (topology) => {
  /** Does something through a gateway that is closed after it: then all that it has refused is on record. */
  async function through<Result>(work: (gateway: TestGateway) => Promise<Result>): Promise<Result> {
    const gateway = await aGateway(topology);
    try {
      return await work(gateway);
    } finally {
      await gateway.close();
    }
  }

  test('is on record with who asked, where, and under which request, for the tenant’s admin', async () => {
    const requestId = `refused-${topology}`;
    const query = 'query Screen { me { id } log: authAuditLog(first: 1) { totalCount } }';

    const { body } = await through(async (gateway) => {
      const token = await logIn(gateway, clientUser);
      return post(gateway, { query }, { ...bearer(token), 'x-request-id': requestId });
    });

    expect(body.errors?.map(({ extensions: { code } }) => code)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    const found = await entries(tenantAdmin, ofRequest(requestId));
    expect(found).toEqual([
      {
        action: 'gateway.Query.authAuditLog',
        resourceType: 'refused',
        requestId,
        actorId: (body.data?.me as { id: string }).id,
        actorKind: 'USER',
        tenantId: 'acme',
        ipAddress: '127.0.0.1',
        after: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', operationName: 'Screen', paths: ['log'], count: 1 },
      },
    ]);
    const others = await entries('admin@borealis.example', ofRequest(requestId));
    expect(others).toEqual([]);
  });

  test('to somebody without a token is on record for superadmins', async () => {
    const requestId = `nobody-${topology}`;
    const query = '{ users { totalCount } }';
    await through((gateway) => post(gateway, { query }, { 'x-request-id': requestId }));
    expect(await entries(superadmin, ofRequest(requestId))).toMatchObject([
      { action: 'gateway.Query.users', actorId: null, tenantId: null },
    ]);
  });

  test('is not on record where nothing is refused', async () => {
    const requestId = `allowed-${topology}`;
    await through(async (gateway) => {
      const token = await logIn(gateway, clientUser);
      return post(gateway, { query: '{ me { id } }' }, { ...bearer(token), 'x-request-id': requestId });
    });
    expect(await entries(superadmin, ofRequest(requestId))).toEqual([]);
  });

  test('in a flood is on record sixty times, and once by how many more there were', async () => {
    const query = 'mutation { archiveClient(id: "nobody") { id } }';
    await through(async (gateway) => {
      const token = await logIn(gateway, clientUser);
      const headers = { ...bearer(token), 'x-request-id': `flood-of-${topology}` };
      for (let round = 0; round < 10; round += 1) {
        await Promise.all(Array.from({ length: 10 }, () => post(gateway, { query }, headers)));
      }
    });
    const found = await entries(tenantAdmin, ofRequest(`flood-of-${topology}`));
    expect(found.filter(({ action }) => action === 'gateway.Mutation.archiveClient')).toHaveLength(60);
    expect(found.filter(({ action }) => action === 'gateway.more')).toMatchObject([{ after: { count: 40 } }]);
  });
});

describe('the way to the record', () => {
  const mutation = 'mutation { recordRefusals(input: []) }';

  test('is no part of the graph', async () => {
    const token = await logIn(reader, superadmin);
    const { errors } = await ask(reader, mutation, { token });
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining('Cannot query field "recordRefusals" on type "Mutation".'),
    ]);
    const { data } = await ask(reader, '{ __type(name: "RefusalInput") { name } }', { token });
    expect(data).toEqual({ __type: null });
  });

  test.each(['superadmin', 'admin', 'client', 'anonymous', 'system'] as const)(
    'is for the product alone, also past the gateway: asked as %s',
    async (role) => {
      const gateway = await aGateway('distributed');
      try {
        const server = gateway.servers.get('auth');
        if (!server) throw new Error('There is no auth');
        const identity: Identity = {
          ...{ userId: null, tenantId: null, organizationId: null, sessionId: null },
          role,
          scopes: ['auth:write'],
        };
        const request = { identity, requestId: 'past', ipAddress: null, userAgent: null };
        const signed = signIdentity(readSecrets(internalSecret), 'auth', request);
        const { body } = await post(
          { url: urlOf(server) },
          { query: mutation },
          { [identityHeader]: signed },
        );
        const codes = body.errors?.map(({ extensions: { code } }) => code) ?? [];
        expect([role, codes]).toEqual([role, role === 'system' ? [] : ['FORBIDDEN']]);
      } finally {
        await gateway.close();
      }
    },
  );
});

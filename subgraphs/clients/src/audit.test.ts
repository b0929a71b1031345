import { afterAll, describe, expect, test } from '@jest/globals';
import {
  makeExecutor,
  makeLogger,
  newId,
  type Identity,
  type SubgraphResult,
  type SubgraphRequest,
} from '@cdx/kit';
import { aRequest, run, statementsOf } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const execute = makeExecutor(subgraph, makeLogger('test', 'silent'));
const superadmin = aUser({ role: 'superadmin', tenantId: null });

/** Runs an operation as the gateway does, which puts on record what was read and refused. */
function ask(identity: Identity, query: string, requestId = newId()): Promise<SubgraphResult> {
  return execute({ query }, subgraph.createContext({ ...aRequest(identity), requestId }));
}

interface Entry {
  readonly action: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly sequence: number;
  readonly actorId: string;
  readonly actorKind: string;
  readonly tenantId: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly requestId: string;
  readonly previousHash: string;
  readonly hash: string;
}

/** The entries that a caller may read, oldest first. */
async function entriesOf(reader: Identity, filter = '{}'): Promise<Entry[]> {
  const { data, errors } = await run(
    subgraph,
    reader,
    `{ clientsAuditLog(last: 200, filter: ${filter}) { edges { node { action resourceType resourceId sequence actorId
      actorKind tenantId before after requestId previousHash hash } } } }`,
  );
  expect(errors).toBeUndefined();
  const { edges } = data?.clientsAuditLog as { edges: { node: Entry }[] };
  return edges.map(({ node }) => node).sort((one, other) => one.sequence - other.sequence);
}

const rename = (id: string, name: string): string =>
  `mutation { updateClient(id: "${id}", input: { name: "${name}", contactEmail: "ann@example.com" }) { name } }`;

describe('a write', () => {
  test('has an entry with who did what, and what was there before and after', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    const requestId = newId();

    await ask(admin, rename(id, 'Renamed'), requestId);

    const [entry] = await entriesOf(admin, `{ requestId: { eq: "${requestId}" } }`);
    expect(entry).toMatchObject({
      action: 'clients.updateClient',
      resourceType: 'Client',
      resourceId: id,
      actorId: admin.userId,
      actorKind: 'ADMIN',
      tenantId: admin.tenantId,
      before: { name: id, contactEmail: null },
      after: { name: 'Renamed', contactEmail: 'a***@example.com' },
    });
  });

  test('of several statements has an entry for each row and for what SQL has made', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);

    const entries = await entriesOf(admin);

    expect(entries).toMatchObject([
      { resourceType: 'Client', resourceId: id, before: null, after: { id, tenantId: admin.tenantId } },
      { resourceType: 'ClientSchema', resourceId: `client_${id}`, before: null },
      { resourceType: 'Client', before: { status: 'provisioning' }, after: { status: 'active' } },
    ]);
  });

  test('that changes a row in a client’s schema lies in the tenant of the client, whoever writes', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);

    await run(
      subgraph,
      superadmin,
      `mutation { createClientProject(clientId: "${id}", input: { name: "Roof" }) { id } }`,
    );

    expect((await entriesOf(admin)).at(-1)).toMatchObject({
      action: 'clients.createClientProject',
      actorId: superadmin.userId,
      tenantId: admin.tenantId,
      after: { name: 'Roof' },
    });
  });

  test('that fails leaves no entry', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    const before = await entriesOf(admin);

    const { errors } = await run(subgraph, admin, `mutation { activateClient(id: "${id}") { id } }`);

    expect(errors?.[0]?.extensions.code).toBe('CONFLICT');
    expect(await entriesOf(admin)).toEqual(before);
  });

  test('that is undone leaves no entry', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    const before = await entriesOf(admin);
    const context = subgraph.createContext(aRequest(admin)) as SubgraphRequest & {
      db: { write(work: (tx: ClientWriter) => Promise<void>): Promise<void> };
    };

    const undone = context.db.write(async (tx) => {
      await tx.client.updateMany({ where: { id }, data: { name: 'Undone' } });
      throw new Error('undone');
    });

    await expect(undone).rejects.toThrow('undone');
    expect(await entriesOf(admin)).toEqual(before);
  });

  test('by SQL of which nothing is noted is refused and undone', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    const context = subgraph.createContext(aRequest(admin)) as SubgraphRequest & {
      db: { write(work: (tx: ClientWriter) => Promise<unknown>): Promise<void> };
    };

    const silent = context.db.write(
      (tx) => tx.$executeRaw`update clients.clients_info set name = 'Silent' where client_id = ${id}`,
    );

    await expect(silent).rejects.toThrow('noted nothing for the audit');
    const { data } = await run(subgraph, admin, `{ client(id: "${id}") { name } }`);
    expect(data).toEqual({ client: { name: id } });
  });

  test('takes three statements more: the row’s lock, the chain’s lock and the entry', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);

    const statements = await statementsOf(() => run(subgraph, admin, rename(id, 'Counted')));

    expect(statements.map(({ text }) => /^\w+/.exec(text.trim())?.[0].toLowerCase())).toEqual([
      'select',
      'select',
      'update',
      'select',
      'insert',
      'commit',
      'select',
    ]);
  });

  test('that only counts uses has no entry and takes no statement more', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);
    const before = await entriesOf(admin);

    const statements = await statementsOf(() =>
      run(subgraph, admin, `mutation { recordMemoryAccess(clientId: "${id}", ids: ["${newId()}"]) }`),
    );

    // The client, the counters, the commit.
    expect(statements).toHaveLength(3);
    expect(await entriesOf(admin)).toEqual(before);
  });
});

interface ClientWriter {
  readonly client: {
    updateMany(args: { where: { id: string }; data: { name: string } }): Promise<unknown>;
  };
  $executeRaw(text: TemplateStringsArray, ...values: unknown[]): Promise<number>;
}

describe('the chain of a tenant', () => {
  test('has no gap and no fork when twenty write at once', async () => {
    const admin = aUser();
    const id = await aClient(subgraph, admin);

    await Promise.all(
      Array.from({ length: 20 }, (_, index) => run(subgraph, admin, rename(id, `Name ${index}`))),
    );

    const entries = await entriesOf(admin);
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.slice(1).map(({ previousHash }) => previousHash)).toEqual(
      entries.slice(0, -1).map(({ hash }) => hash),
    );
    // Each found what the one before it had left: the row was locked as it was read.
    const renames = entries.slice(3);
    expect(renames).toHaveLength(20);
    expect(renames.slice(1).map(({ before }) => before?.name)).toEqual(
      renames.slice(0, -1).map(({ after }) => after?.name),
    );
  });
});

describe('a superadmin who reads what belongs to tenants', () => {
  test('leaves an entry with the types and the fields, before the answer leaves', async () => {
    const id = await aClient(subgraph, aUser());
    const requestId = newId();

    const { data } = await ask(
      superadmin,
      `{ client(id: "${id}") { name agents { totalCount } } }`,
      requestId,
    );

    expect(data).toMatchObject({ client: { name: id } });
    const entries = await entriesOf(superadmin, `{ requestId: { eq: "${requestId}" } }`);
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      action: 'read',
      resourceType: 'Client',
      actorId: superadmin.userId,
      tenantId: null,
      after: { fields: ['client'], types: ['Client'], rows: 2 },
    });
  });

  test('takes three statements more than an admin who reads the same: lock, entry and commit', async () => {
    const admin = aUser();
    const query = `{ client(id: "${await aClient(subgraph, admin)}") { name } }`;
    await ask(superadmin, query);

    const [own, others] = [
      await statementsOf(() => ask(admin, query)),
      await statementsOf(() => ask(superadmin, query)),
    ];

    expect(others.length - own.length).toBe(3);
  });

  test.each([
    ['what all tenants share', '{ agentDefinitions { edges { node { name } } } }'],
    ['nothing', '{ __typename }'],
  ])('leaves none for %s', async (_, query) => {
    const requestId = newId();
    await ask(superadmin, query, requestId);
    expect(await entriesOf(superadmin, `{ requestId: { eq: "${requestId}" } }`)).toEqual([]);
  });
});

test('an admin who reads the own tenant leaves no entry', async () => {
  const admin = aUser();
  const id = await aClient(subgraph, admin);
  const before = await entriesOf(admin);
  await ask(admin, `{ client(id: "${id}") { name } }`);
  expect(await entriesOf(admin)).toEqual(before);
});

test('a refusal has an entry with the caller, the action and the code', async () => {
  const admin = aUser();
  const user = aUser({ role: 'user', tenantId: admin.tenantId });
  const id = await aClient(subgraph, admin);

  const { errors } = await ask(user, `mutation { archived: archiveClient(id: "${id}") { id } }`);

  expect(errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  expect((await entriesOf(admin)).at(-1)).toMatchObject({
    action: 'clients.archiveClient',
    resourceType: 'refused',
    actorId: user.userId,
    actorKind: 'USER',
    after: { code: 'FORBIDDEN' },
  });
});

describe('the audit log', () => {
  test('shows an admin the entries of the own tenant, and no other’s', async () => {
    const [one, other] = [aUser(), aUser()];
    await aClient(subgraph, one);
    await aClient(subgraph, other);
    const entries = await entriesOf(one);
    expect(new Set(entries.map(({ tenantId }) => tenantId))).toEqual(new Set([one.tenantId]));
    const both = `{ tenantId: { in: ["${one.tenantId ?? ''}", "${other.tenantId ?? ''}"] } }`;
    expect(await entriesOf(superadmin, both)).toHaveLength(6);
  });

  test.each(['client', 'user'] as const)('is closed to a %s', async (role) => {
    const { errors } = await run(subgraph, aUser({ role }), '{ clientsAuditLog { totalCount } }');
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  test.each([
    ['changed', `update clients.audit_log set action = 'nothing'`],
    ['deleted', 'delete from clients.audit_log'],
    ['emptied', 'truncate clients.audit_log'],
  ])('cannot be %s by the application', async (_, statement) => {
    const context = subgraph.createContext(aRequest(superadmin)) as SubgraphRequest & {
      db: { write(work: (tx: RawWriter) => Promise<unknown>, options: object): Promise<void> };
    };
    const change = context.db.write((tx) => tx.$executeRawUnsafe(statement), { unaudited: 'a test' });
    await expect(change).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
  });
});

interface RawWriter {
  $executeRawUnsafe(text: string): Promise<number>;
}

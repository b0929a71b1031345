import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, asOwner, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const aName = (): string => `s-${newId()}`;

function register(who: Identity, input: Record<string, unknown>, key?: string) {
  return run(
    subgraph,
    who,
    `mutation ($input: RegisterServiceInput!, $key: String) { registerService(input: $input, idempotencyKey: $key) {
      id name kind url version status lastHeartbeat heartbeatSeconds metadata } }`,
    { input: { name: aName(), kind: 'worker', ...input }, key },
  );
}

async function aService(input: Record<string, unknown> = {}): Promise<string> {
  const name = aName();
  expect((await register(superadmin, { name, ...input })).errors).toBeUndefined();
  return name;
}

const beat = (name: string, input = '{}', who: Identity = system) =>
  run(
    subgraph,
    who,
    `mutation { reportServiceHeartbeat(name: "${name}", input: ${input}) { status version lastHeartbeat metadata } }`,
  );

async function service(name: string, fields: string): Promise<Record<string, unknown> | null> {
  const { data, errors } = await run(subgraph, superadmin, `{ service(name: "${name}") { ${fields} } }`);
  expect(errors).toBeUndefined();
  return data?.service as Record<string, unknown> | null;
}

describe('a service', () => {
  test('is registered with what is known of it', async () => {
    const input = {
      name: aName(),
      kind: 'subgraph',
      url: 'https://a.example:4005/graphql',
      version: '1.2.0',
    };
    const { data } = await register(superadmin, {
      ...input,
      heartbeatSeconds: null,
      metadata: { zone: 'a' },
    });
    expect(data?.registerService).toEqual({
      id: expect.any(String),
      ...input,
      status: 'UP',
      lastHeartbeat: null,
      heartbeatSeconds: null,
      metadata: { zone: 'a' },
    });
  });

  test('is registered once by one idempotency key, and its name is taken then', async () => {
    const name = aName();
    const first = await register(superadmin, { name }, name);
    expect(first.errors).toBeUndefined();
    expect(await register(superadmin, { name }, name)).toEqual(first);
    expect(codes(await register(superadmin, { name }))).toEqual(['CONFLICT']);
  });

  test.each([
    { name: 'Not A Name' },
    { kind: ' ' },
    { url: 'nowhere' },
    { url: 'https://user:password@a.example' },
    { version: '' },
    { heartbeatSeconds: 0 },
    { heartbeatSeconds: 86_401 },
    { metadata: 1 },
  ])('with %j is refused', async (input) => {
    expect(codes(await register(superadmin, input))).toEqual(['BAD_USER_INPUT']);
  });

  test('keeps what a change does not name, and is gone when removed', async () => {
    const name = await aService({ version: '1', metadata: { zone: 'a' } });
    await run(
      subgraph,
      superadmin,
      `mutation { updateService(name: "${name}", input: { status: DEGRADED, heartbeatSeconds: null }) { id } }`,
    );
    expect(await service(name, 'kind version status metadata')).toEqual({
      kind: 'worker',
      version: '1',
      status: 'DEGRADED',
      metadata: { zone: 'a' },
    });
    const { errors } = await run(subgraph, superadmin, `mutation { removeService(name: "${name}") }`);
    expect(errors).toBeUndefined();
    expect(await service(name, 'id')).toBeNull();
    for (const source of [
      `updateService(name: "${name}", input: {}) { id }`,
      `removeService(name: "${name}")`,
    ])
      expect(codes(await run(subgraph, superadmin, `mutation { ${source} }`))).toEqual(['NOT_FOUND']);
  });

  test('is found as an entity by name and by id, many by one statement', async () => {
    const names = [await aService(), await aService()];
    const all = names.map((name) => ({ __typename: 'Service', name }));
    const statements = await statementsOf(async () => {
      const { data } = await run(
        subgraph,
        superadmin,
        'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Service { id name status } } }',
        { all: [...all, { __typename: 'Service', name: 'nobody' }] },
      );
      const found = data?._entities as { id: string }[];
      expect(found).toMatchObject([...names.map((name) => ({ name })), null]);
      const byId = await run(
        subgraph,
        superadmin,
        'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Service { name status } } }',
        { all: [{ __typename: 'Service', id: found[0]?.id }] },
      );
      expect(byId.data?._entities).toEqual([{ name: names[0], status: 'DOWN' }]);
    });
    // What belongs to no tenant is read without an entry in the audit log.
    expect(statements).toHaveLength(2);
  });

  test.each([
    ['a tenant’s admin', aUser()],
    ['an admin with the scopes', aUser({ scopes: ['platform:read', 'platform:write'] })],
  ])('is no concern of %s', async (_, who) => {
    const name = await aService({ heartbeatSeconds: null });
    const results = [
      await register(who, { name: aName() }),
      await beat(name, '{ status: DOWN }', who),
      await run(subgraph, who, `mutation { removeService(name: "${name}") }`),
      await run(subgraph, who, `mutation { updateService(name: "${name}", input: { status: DOWN }) { id } }`),
      await run(subgraph, who, `{ service(name: "${name}") { id } }`),
      await run(subgraph, who, '{ services { totalCount } }'),
      await run(
        subgraph,
        who,
        'query ($all: [_Any!]!) { _entities(representations: $all) { ... on Service { id } } }',
        {
          all: [{ __typename: 'Service', name }],
        },
      ),
    ];
    expect(results.map(codes)).toEqual(results.map(() => ['FORBIDDEN']));
    expect(await service(name, 'status')).toEqual({ status: 'UP' });
  });
});

describe('a heartbeat', () => {
  test('brings a service up that has never been heard of, until it is silent for too long', async () => {
    const name = await aService({ heartbeatSeconds: 60 });
    expect(await service(name, 'status lastHeartbeat')).toEqual({ status: 'DOWN', lastHeartbeat: null });
    const { data } = await beat(name);
    expect(data?.reportServiceHeartbeat).toMatchObject({ status: 'UP', lastHeartbeat: expect.any(String) });
    await asOwner(
      "update platform.services set last_heartbeat = now() - interval '61 seconds' where name = $1",
      [name],
    );
    expect(await service(name, 'status')).toEqual({ status: 'DOWN' });
    const { data: list } = await run(
      subgraph,
      superadmin,
      `{ services(filter: { name: { eq: "${name}" }, status: { eq: DOWN } }) { totalCount edges { node { status } } } }`,
    );
    expect(list?.services).toEqual({ totalCount: 1, edges: [{ node: { status: 'DOWN' } }] });
  });

  test('says what has changed, and a change alone is put on record', async () => {
    const name = await aService();
    await beat(name);
    await beat(name, '{ status: DEGRADED, version: "2", metadata: { load: 9 } }');
    await beat(name, '{ status: DEGRADED, version: "2", metadata: { load: 9 } }');
    expect(await service(name, 'status version metadata')).toEqual({
      status: 'DEGRADED',
      version: '2',
      metadata: { load: 9 },
    });
    const { history } =
      (await service(name, 'history { edges { node { action actorKind before after } } }')) ?? {};
    const { edges } = history as { edges: { node: Record<string, unknown> }[] };
    const changed = { action: 'platform.reportServiceHeartbeat', actorKind: 'SERVICE' };
    expect(edges.map(({ node }) => node)).toEqual([
      { ...changed, before: { metadata: {} }, after: { metadata: { load: 9 } } },
      { ...changed, before: { version: null }, after: { version: '2' } },
      { ...changed, before: { status: 'up' }, after: { status: 'degraded' } },
      expect.objectContaining({ action: 'platform.registerService' }),
    ]);
  });

  test('of a service that is not registered is NOT_FOUND', async () => {
    expect(codes(await beat('nobody'))).toEqual(['NOT_FOUND']);
  });
});

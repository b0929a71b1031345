import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aPlatformSubgraph, asOwner, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const aKey = (): string => `test.k${newId().replaceAll('-', '')}`;

function set(key: string, value: unknown, who: Identity = superadmin, description?: string) {
  return run(
    subgraph,
    who,
    `mutation ($key: String!, $value: JSON!, $description: String) {
      setSystemConfig(key: $key, value: $value, description: $description) {
        key value type description updatedBy { id } } }`,
    { key, value, ...(description === undefined ? {} : { description }) },
  );
}

async function get(key: string, fields = 'value'): Promise<unknown> {
  const { data, errors } = await run(subgraph, superadmin, `{ systemConfig(key: "${key}") { ${fields} } }`);
  expect(errors).toBeUndefined();
  return data?.systemConfig;
}

describe('a setting', () => {
  test.each([
    [true, 'BOOLEAN'],
    [1.5, 'NUMBER'],
    ['text', 'STRING'],
    [[1, 'a'], 'LIST'],
    [{ a: { b: null } }, 'OBJECT'],
  ])('of value %j is of type %s', async (value, type) => {
    const key = aKey();
    const { data, errors } = await set(key, value, superadmin, 'A test');
    expect(errors).toBeUndefined();
    const updatedBy = { id: superadmin.userId };
    expect(data?.setSystemConfig).toEqual({ key, value, type, description: 'A test', updatedBy });
    expect(await get(key, 'type')).toEqual({ type });
  });

  test('changes its value and keeps its description and its type', async () => {
    const key = aKey();
    await set(key, 1, superadmin, 'A number');
    expect((await set(key, 2)).data?.setSystemConfig).toMatchObject({ value: 2, description: 'A number' });
    const { errors } = await set(key, 'two');
    expect(errors?.map(({ message, extensions }) => [message, extensions.code, extensions.field])).toEqual([
      [`The value of ${key} must be a number, as it was`, 'BAD_USER_INPUT', 'value'],
    ]);
    expect(await get(key)).toEqual({ value: 2 });
    const change = `update platform.system_config set value = '"two"' where key = $1`;
    await expect(asOwner(change, [key])).rejects.toThrow('the key and the type of');
  });

  test('set by two at the same time has the value of one, and both are on record', async () => {
    const key = aKey();
    const results = await Promise.all([set(key, 1), set(key, 2)]);
    expect(results.flatMap(codes).filter((code) => code !== 'CONFLICT')).toEqual([]);
    const value = (await get(key)) as { value: number };
    expect([1, 2]).toContain(value.value);
  });

  test('has its history, newest first', async () => {
    const key = aKey();
    await set(key, 1);
    await set(key, 2);
    expect(await get(key, 'history { totalCount edges { node { before after actorId } } }')).toEqual({
      history: {
        totalCount: 2,
        edges: [
          {
            node: {
              before: expect.objectContaining({ value: 1 }),
              after: expect.objectContaining({ value: 2 }),
              actorId: superadmin.userId,
            },
          },
          {
            node: { before: null, after: expect.objectContaining({ value: 1 }), actorId: superadmin.userId },
          },
        ],
      },
    });
  });

  test('is deleted once, and is then free to be of another type', async () => {
    const key = aKey();
    await set(key, 1);
    const remove = `mutation { deleteSystemConfig(key: "${key}") }`;
    expect((await run(subgraph, superadmin, remove)).data).toEqual({ deleteSystemConfig: key });
    expect(codes(await run(subgraph, superadmin, remove))).toEqual(['NOT_FOUND']);
    expect((await set(key, 'one')).errors).toBeUndefined();
  });

  test('is found by the beginning of its key', async () => {
    const key = aKey();
    await set(`${key}.b`, 1);
    await set(`${key}.a`, 2);
    const { data } = await run(
      subgraph,
      superadmin,
      `{ systemConfigs(filter: { key: { startsWith: "${key}." } }) { totalCount edges { node { key } } } }`,
    );
    const edges = [{ node: { key: `${key}.a` } }, { node: { key: `${key}.b` } }];
    expect(data?.systemConfigs).toEqual({ totalCount: 2, edges });
  });

  test.each([
    ['Limits.page', 1],
    ['limits..page', 1],
    ['limits page', 1],
    ['', 1],
    ['a'.repeat(201), 1],
  ])('of the key %j is refused', async (key, value) => {
    expect(codes(await set(key, value))).toEqual(['BAD_USER_INPUT']);
  });

  test('that looks like a secret is refused, its value in no error and no log', async () => {
    const key = `${aKey()}.password`;
    const { errors } = await set(key, 'hunter2');
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
    expect(await get(key)).toBeNull();
  });

  test.each([
    ['a tenant’s admin', aUser()],
    [
      'an admin with the scopes',
      aUser({ scopes: ['platform:read', 'platform:write', 'platform:audit:read'] }),
    ],
  ])('is no concern of %s', async (_, who) => {
    const key = aKey();
    await set(key, 1);
    const results = [
      await set(key, 2, who),
      await run(subgraph, who, `mutation { deleteSystemConfig(key: "${key}") }`),
      await run(subgraph, who, `{ systemConfig(key: "${key}") { value } }`),
      await run(subgraph, who, '{ systemConfigs { totalCount } }'),
      await run(
        subgraph,
        who,
        'query ($all: [_Any!]!) { _entities(representations: $all) { ... on SystemConfig { value } } }',
        { all: [{ __typename: 'SystemConfig', key }] },
      ),
    ];
    expect(results.map(codes)).toEqual(results.map(() => ['FORBIDDEN']));
    expect(await get(key)).toEqual({ value: 1 });
  });
});

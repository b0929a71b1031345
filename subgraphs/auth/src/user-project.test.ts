import { afterAll, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
async function aUser(): Promise<Identity> {
  const input = `{ email: "${newId()}@test.example", name: "Ann", role: USER }`;
  const { data } = await run(subgraph, superadmin, `mutation { createUser(input: ${input}) { id } }`);
  return anIdentity({ role: 'user', userId: (data?.createUser as { id: string }).id });
}

const create = (identity: Identity, input: object, idempotencyKey?: string) =>
  run(
    subgraph,
    identity,
    `mutation ($input: CreateUserProjectInput!, $idempotencyKey: String) {
      createUserProject(input: $input, idempotencyKey: $idempotencyKey) { id name description status user { id } } }`,
    { input, idempotencyKey },
  );

async function aProject(identity: Identity, input: object = { name: 'Move' }): Promise<string> {
  const { data, errors } = await create(identity, input);
  expect(errors).toBeUndefined();
  return (data?.createUserProject as { id: string }).id;
}

const update = (identity: Identity, id: string, input: string) =>
  run(
    subgraph,
    identity,
    `mutation { updateUserProject(id: "${id}", input: ${input}) { name description status } }`,
  );

const remove = (identity: Identity, id: string) =>
  run(subgraph, identity, `mutation { deleteUserProject(id: "${id}") }`);

const projectsOf = async (identity: Identity, args = '(first: 50)'): Promise<unknown> => {
  const { data } = await run(
    subgraph,
    identity,
    `{ me { projects${args} { edges { node { name description status } } } } }`,
  );
  const { projects } = data?.me as { projects: { edges: { node: unknown }[] } };
  return projects.edges.map(({ node }) => node);
};

test('a project is made, changed and deleted by its user', async () => {
  const user = await aUser();
  const { data } = await create(user, { name: ' Move ' });
  const made = { name: 'Move', description: null, status: 'ACTIVE' };
  expect(data?.createUserProject).toMatchObject({ ...made, user: { id: user.userId } });
  const { id } = data?.createUserProject as { id: string };
  const changed = { name: 'Move', description: 'To Bern', status: 'ON_HOLD' };
  expect((await update(user, id, '{ description: "To Bern", status: ON_HOLD }')).data).toEqual({
    updateUserProject: changed,
  });
  expect(await projectsOf(user)).toEqual([changed]);
  expect((await update(user, id, '{ description: null }')).data).toMatchObject({
    updateUserProject: { description: null },
  });
  expect((await remove(user, id)).data).toEqual({ deleteUserProject: id });
  expect(codes(await remove(user, id))).toEqual(['NOT_FOUND']);
  expect(await projectsOf(user)).toEqual([]);
});

test('twice with the same idempotency key makes one, also at the same time, and another for another user', async () => {
  const [user, other] = [await aUser(), await aUser()];
  const results = await Promise.all([1, 2, 3].map(() => create(user, { name: 'Once' }, 'key')));
  expect(results[0]?.errors).toBeUndefined();
  expect(results).toEqual([results[0], results[0], results[0]]);
  expect(await projectsOf(user)).toHaveLength(1);
  expect((await create(other, { name: 'Once' }, 'key')).data).not.toEqual(results[0]?.data);
});

test.each(['{ name: "" }', '{ name: null }', '{ status: null }'])(
  '%s is refused and changes nothing',
  async (input) => {
    const user = await aUser();
    const id = await aProject(user);
    expect(codes(await update(user, id, input))).toEqual(['BAD_USER_INPUT']);
    expect(await projectsOf(user)).toEqual([{ name: 'Move', description: null, status: 'ACTIVE' }]);
  },
);

test.each([{ name: ' ' }, { name: 'a'.repeat(256) }, { name: 'a', description: 'b'.repeat(10_001) }])(
  'a bad new one is refused and not made: %#',
  async (input) => {
    const user = await aUser();
    expect(codes(await create(user, input))).toEqual(['BAD_USER_INPUT']);
    expect(await projectsOf(user)).toEqual([]);
  },
);

test('somebody else’s project is not found, and left as it is; a superadmin may change it', async () => {
  const user = await aUser();
  const id = await aProject(user);
  const other = await aUser();
  expect(codes(await update(other, id, '{ name: "Mine" }'))).toEqual(['NOT_FOUND']);
  expect(codes(await remove(other, id))).toEqual(['NOT_FOUND']);
  expect(await projectsOf(user)).toHaveLength(1);
  expect((await update(superadmin, id, '{ status: ARCHIVED }')).errors).toBeUndefined();
  expect(await projectsOf(user)).toEqual([{ name: 'Move', description: null, status: 'ARCHIVED' }]);
});

test('projects are filtered and ordered', async () => {
  const user = await aUser();
  for (const [name, status] of [
    ['Beta', 'ACTIVE'],
    ['Alpha', 'COMPLETED'],
    ['Gamma', 'ACTIVE'],
  ]) {
    await aProject(user, { name, status });
  }
  const names = async (args: string) =>
    ((await projectsOf(user, args)) as { name: string }[]).map(({ name }) => name);
  expect(await names('(first: 9)')).toEqual(['Alpha', 'Beta', 'Gamma']);
  expect(await names('(orderBy: { field: NAME, direction: DESC })')).toEqual(['Gamma', 'Beta', 'Alpha']);
  expect(await names('(filter: { status: { eq: ACTIVE } }, last: 1)')).toEqual(['Gamma']);
  expect(await names('(filter: { not: { name: { startsWith: "B" } } })')).toEqual(['Alpha', 'Gamma']);
});

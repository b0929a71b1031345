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

const fields = 'action resourceType resourceId metadata ipAddress';
const record = (identity: Identity, input: object) =>
  run(
    subgraph,
    identity,
    `mutation ($input: RecordUserActivityInput!) { recordUserActivity(input: $input) { ${fields} user { id } } }`,
    { input },
  );
const activitiesOf = (identity: Identity, args = '') =>
  run(subgraph, identity, `{ me { activities${args} { edges { node { action } } } } }`);

test('an activity is noted with where it came from, and is the user’s last', async () => {
  const user = await aUser();
  const input = { action: 'exported', resourceType: 'Client', resourceId: newId(), metadata: { rows: 3 } };
  const { data, errors } = await record(user, input);
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    recordUserActivity: { ...input, ipAddress: '127.0.0.1', user: { id: user.userId } },
  });
  const me = await run(subgraph, user, '{ me { lastActivity } }');
  expect(me.data).toEqual({ me: { lastActivity: expect.any(String) } });
});

test('activities are read newest first, and by what was done', async () => {
  const user = await aUser();
  for (const action of ['opened', 'changed', 'closed']) await record(user, { action });
  const edges = (...actions: string[]) => ({
    me: { activities: { edges: actions.map((action) => ({ node: { action } })) } },
  });
  expect((await activitiesOf(user)).data).toEqual(edges('closed', 'changed', 'opened'));
  const filter = '(filter: { action: { in: ["opened", "closed"] } }, first: 1)';
  expect((await activitiesOf(user, filter)).data).toEqual(edges('closed'));
});

test.each([
  { action: ' ' },
  { action: 'a'.repeat(101) },
  { action: 'a', resourceId: 'b'.repeat(65) },
  { action: 'a', metadata: ['a list'] },
])('%j is refused and not noted', async (input) => {
  const user = await aUser();
  expect(codes(await record(user, input))).toEqual(['BAD_USER_INPUT']);
  expect((await activitiesOf(user)).data).toEqual({ me: { activities: { edges: [] } } });
});

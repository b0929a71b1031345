/** Users who are deleted everywhere, and what is really there of them. */
import { newId } from '@cdx/kit';
import { ask, at } from './ask.ts';
import type { SagaWorld } from './saga-world.ts';
import { rowsOf } from './sql.ts';

/** The steps that change something, in their order. */
export const deletionSteps = [
  { name: 'access', run: 'updateUser' },
  { name: 'platform', run: 'forgetUserInPlatform' },
  { name: 'crm', run: 'forgetUserInCrm' },
  { name: 'notifications', run: 'forgetUserInNotifications' },
  { name: 'analytics', run: 'forgetUserInAnalytics' },
  { name: 'templates', run: 'forgetUserInTemplates' },
  { name: 'account', run: 'deleteAccount' },
] as const;

/** What the world's superadmin asks for. */
async function done(
  { survivor, token }: SagaWorld,
  query: string,
  variables: Record<string, unknown>,
): Promise<string> {
  const answer = await ask(survivor, query, { token, variables });
  return String(at(answer, 'done', 'id'));
}

/** A user who has something in several services. */
export async function aUserWithThings(world: SagaWorld): Promise<string> {
  const email = `${newId()}@test.example`;
  const id = await done(
    world,
    'mutation ($input: CreateUserInput!) { done: createUser(input: $input) { id } }',
    {
      input: { email, name: 'Ann', role: 'USER', organizationId: await organizationOf(world, 'acme') },
    },
  );
  await done(
    world,
    'mutation ($input: SendNotificationInput!) { done: sendNotification(input: $input) { id } }',
    {
      input: { tenantId: 'acme', userId: id, title: 'Hello', message: 'of the test' },
    },
  );
  const query =
    'mutation ($id: ID!) { done: grantPlatformAdmin(userId: $id, level: SUPPORT) { id: userId } }';
  await done(world, query, { id });
  return id;
}

/** Gives a user so many notifications more, none of them delivered. */
export const addNotifications = (id: string, count: number): Promise<unknown> =>
  rowsOf(
    'notifications',
    `insert into notifications.notifications (id, tenant_id, user_id, title, message)
      select gen_random_uuid(), 'acme', $1, 'Hello', 'of the test' from generate_series(1, $2)`,
    [id, count],
  );

async function organizationOf({ survivor, token }: SagaWorld, tenantId: string): Promise<string> {
  const query = `{ organizations(filter: { tenantId: { eq: "${tenantId}" } }) { edges { node { id } } } }`;
  return String(at(await ask(survivor, query, { token }), 'organizations', 'edges', 0, 'node', 'id'));
}

/** What is really there of a user. */
export async function tracesOf(id: string): Promise<unknown> {
  const [account] = await rowsOf('auth', 'select is_active as isActive from users where id = unhex(?)', [
    id.replaceAll('-', ''),
  ]);
  const [notifications] = await rowsOf<{ count: number }>(
    'notifications',
    'select count(*)::int as count from notifications.notifications where user_id = $1',
    [id],
  );
  const [grants] = await rowsOf<{ count: number }>(
    'platform',
    'select count(*)::int as count from platform.platform_admins where user_id = $1',
    [id],
  );
  return { account: account ?? null, notifications: notifications?.count, grants: grants?.count };
}
/** Of a user who was deleted everywhere, and of one who was not. */
export const noTraces = { account: null, notifications: 0, grants: 0 };
export const allTraces = { account: { isActive: 1 }, notifications: 1, grants: 1 };

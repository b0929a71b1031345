import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, type Role } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
const slug = `walls-${newId()}`;
const tenantId = slug.replaceAll('-', '_');
const email = `${newId()}@test.example`;
const ids = {
  user: '',
  organization: '',
  role: '',
  tier: '',
  subscription: '',
  session: newId(),
  project: '',
};

beforeAll(async () => {
  const { data, errors } = await run(
    subgraph,
    superadmin,
    `mutation { createOrganization(input: { name: "Walls", slug: "${slug}", tenantId: "${tenantId}" }) { id }
      createUser(input: { email: "${email}", name: "Ann", role: USER }) { id subscription { id tier { id } } }
      createRole(input: { name: "Own", permissions: ["auth:read"], tenantId: "${tenantId}" }) { id } }`,
  );
  expect(errors).toBeUndefined();
  const made = data as {
    createOrganization: { id: string };
    createUser: { id: string; subscription: { id: string; tier: { id: string } } };
    createRole: { id: string };
  };
  ids.organization = made.createOrganization.id;
  ids.user = made.createUser.id;
  ids.role = made.createRole.id;
  ids.subscription = made.createUser.subscription.id;
  ids.tier = made.createUser.subscription.tier.id;
  const owner = anIdentity({ role: 'user', userId: ids.user });
  const project = await run(subgraph, owner, 'mutation { createUserProject(input: { name: "Own" }) { id } }');
  ids.project = (project.data?.createUserProject as { id: string }).id;
});

/** What the mutations below would change. */
const state = () =>
  run(
    subgraph,
    superadmin,
    `{ user(id: "${ids.user}") { email name role isActive updatedAt roleGrants { grantedAt }
        permissionGrants { grantedAt } subscriptions { edges { node { id status tier { price sortOrder } } } } authEvents { totalCount } }
      organization(id: "${ids.organization}") { name settings isActive updatedAt users { totalCount } }
      organizations(filter: { slug: { startsWith: "${slug}" } }) { totalCount }
      roles(filter: { tenantId: { eq: "${tenantId}" } }) { edges { node { name permissions } } }
      users(filter: { email: { contains: "${email}" } }) { totalCount } }`,
  );

const forSuperadmins: readonly (readonly [string, () => string])[] = [
  ['createUser', () => `createUser(input: { email: "x${email}", name: "X", role: USER }) { id }`],
  ['updateUser', () => `updateUser(id: "${ids.user}", input: { role: SUPERADMIN }) { id }`],
  ['deleteUser', () => `deleteUser(id: "${ids.user}")`],
  ['createOrganization', () => `createOrganization(input: { name: "X", slug: "${slug}-x" }) { id }`],
  ['updateOrganization', () => `updateOrganization(id: "${ids.organization}", input: { name: "X" }) { id }`],
  ['createRole', () => `createRole(input: { name: "X", permissions: [], tenantId: "${tenantId}" }) { id }`],
  ['updateRole', () => `updateRole(id: "${ids.role}", input: { permissions: ["auth:write"] }) { id }`],
  ['deleteRole', () => `deleteRole(id: "${ids.role}")`],
  ['grantRole', () => `grantRole(userId: "${ids.user}", roleId: "1") { id }`],
  ['revokeRole', () => `revokeRole(userId: "${ids.user}", roleId: "1") { id }`],
  ['grantPermission', () => `grantPermission(userId: "${ids.user}", permission: "auth:write") { id }`],
  ['revokePermission', () => `revokePermission(userId: "${ids.user}", permission: "auth:write") { id }`],
  [
    'updateSubscriptionTier',
    () => `updateSubscriptionTier(id: "${ids.tier}", input: { price: "0.00", sortOrder: 1 }) { id }`,
  ],
  ['subscribeUser', () => `subscribeUser(userId: "${ids.user}", tier: "premium") { id }`],
  [
    'updateUserProfile of another',
    () => `updateUserProfile(userId: "${ids.user}", input: { bio: "X" }) { bio }`,
  ],
  [
    'updateUserPreferences of another',
    () => `updateUserPreferences(userId: "${ids.user}", input: { theme: "x" }) { theme }`,
  ],
];

const ofOneself: readonly (readonly [string, () => string])[] = [
  ['logoutEverywhere', () => 'logoutEverywhere'],
  ['changePassword', () => 'changePassword(currentPassword: "a", newPassword: "correct horse")'],
  ['requestEmailVerification', () => 'requestEmailVerification'],
  ['revokeSession', () => `revokeSession(id: "${ids.session}") { id }`],
  ['updateUserProfile', () => 'updateUserProfile(input: { bio: "X" }) { bio }'],
  ['updateUserPreferences', () => 'updateUserPreferences(input: { theme: "x" }) { theme }'],
  ['cancelUserSubscription', () => `cancelUserSubscription(id: "${ids.subscription}") { id }`],
  ['createUserProject', () => 'createUserProject(input: { name: "X" }) { id }'],
  ['updateUserProject', () => `updateUserProject(id: "${ids.project}", input: { name: "X" }) { id }`],
  ['deleteUserProject', () => `deleteUserProject(id: "${ids.project}")`],
  ['recordUserActivity', () => 'recordUserActivity(input: { action: "x" }) { id }'],
];

describe.each(forSuperadmins)('%s', (_, source) => {
  test.each(['admin', 'client', 'user'] satisfies Role[])(
    'is forbidden to the role %s and changes nothing',
    async (role) => {
      const before = await state();
      const identity = anIdentity({ role, userId: newId(), tenantId, organizationId: ids.organization });
      expect(codes(await run(subgraph, identity, `mutation { ${source()} }`))).toEqual(['FORBIDDEN']);
      expect(await state()).toEqual(before);
    },
  );
});

test.each([...forSuperadmins, ...ofOneself])('%s needs a log-in', async (_, source) => {
  const before = await state();
  expect(codes(await run(subgraph, anonymous, `mutation { ${source()} }`))).toEqual(['UNAUTHENTICATED']);
  expect(await state()).toEqual(before);
});

describe('somebody who has not logged in', () => {
  const list = '{ edges { cursor } }';
  test.each([
    ['me', () => 'me { id }'],
    ['user', () => `user(id: "${ids.user}") { id }`],
    ['userByEmail', () => `userByEmail(email: "${email}") { id }`],
    ['users', () => `users ${list}`],
    ['organization', () => `organization(id: "${ids.organization}") { id }`],
    ['organizationBySlug', () => `organizationBySlug(slug: "${slug}") { id }`],
    ['organizations', () => `organizations ${list}`],
    ['roles', () => `roles ${list}`],
    ['permissions', () => 'permissions { key }'],
    ['subscriptionTiers', () => 'subscriptionTiers { name }'],
    ['sessions', () => `sessions ${list}`],
    ['authEvents', () => `authEvents ${list}`],
  ])('is refused %s', async (field, source) => {
    const result = await run(subgraph, anonymous, `{ ${source()} }`);
    expect(result.data).toEqual({ [field]: null });
    expect(codes(result)).toEqual(['UNAUTHENTICATED']);
  });

  test.each([
    'User',
    'Organization',
    'Role',
    'Permission',
    'SubscriptionTier',
    'UserSubscription',
    'UserProject',
    'Session',
    'AuthEvent',
    'UserActivity',
  ])('is refused the entity %s', async (__typename) => {
    const source = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }`;
    const result = await run(subgraph, anonymous, source, { representations: [{ __typename, id: newId() }] });
    expect(codes(result)).toEqual(['UNAUTHENTICATED']);
  });
});

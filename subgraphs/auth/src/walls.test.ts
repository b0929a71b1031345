import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId, type Identity } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph, register } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });

async function ask(
  identity: Identity,
  source: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const { data, errors } = await run(subgraph, identity, source, variables);
  expect(errors).toBeUndefined();
  return data ?? {};
}

/** A member of an organization, as the gateway would know them. */
async function aMember(of: Identity, role: 'admin' | 'client' | 'user'): Promise<Identity> {
  const { organizationId, tenantId } = of;
  const input = { email: `${newId()}@test.example`, name: role, role: role.toUpperCase(), organizationId };
  const source = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
  const { createUser } = await ask(superadmin, source, { input });
  return anIdentity({ role, tenantId, organizationId, userId: (createUser as { id: string }).id });
}

/** An organization whose admin has one of everything that a user can have. */
async function aFullTenant() {
  const admin = await register(`Tenant ${newId()}`);
  const made = await ask(
    admin.identity,
    `mutation { createUserProject(input: { name: "Secret" }) { id }
      recordUserActivity(input: { action: "secret" }) { id } }`,
  );
  const role = await ask(
    superadmin,
    `mutation { createRole(input: { name: "Secret", permissions: [], tenantId: "${admin.identity.tenantId ?? ''}" }) { id } }`,
  );
  const of = await ask(
    superadmin,
    `{ user(id: "${admin.userId}") { organization { slug } subscription { id } authEvents { edges { node { id } } } } }`,
  );
  type Id = { readonly id: string };
  const user = of.user as {
    organization: { slug: string };
    subscription: Id;
    authEvents: { edges: { node: Id }[] };
  };
  return {
    ...admin,
    slug: user.organization.slug,
    organizationId: admin.identity.organizationId ?? '',
    tenantId: admin.identity.tenantId ?? '',
    entities: [
      { __typename: 'User', id: admin.userId },
      { __typename: 'Organization', id: admin.identity.organizationId },
      { __typename: 'Role', id: (role.createRole as Id).id },
      { __typename: 'UserSubscription', id: user.subscription.id },
      { __typename: 'UserProject', id: (made.createUserProject as Id).id },
      { __typename: 'Session', id: admin.sessionId },
      { __typename: 'AuthEvent', id: user.authEvents.edges[0]?.node.id },
      { __typename: 'UserActivity', id: (made.recordUserActivity as Id).id },
    ],
  };
}

type Tenant = Awaited<ReturnType<typeof aFullTenant>>;

const entitiesOf = (identity: Identity, { entities }: Tenant) =>
  ask(
    identity,
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }',
    { representations: entities },
  );

let ours: Tenant;
let theirs: Tenant;
const callers = new Map<string, Identity>();
beforeAll(async () => {
  [ours, theirs] = await Promise.all([aFullTenant(), aFullTenant()]);
  callers.set('an admin', ours.identity);
  callers.set('a client', await aMember(ours.identity, 'client'));
  callers.set('a user', await aMember(ours.identity, 'user'));
  callers.set('a user without a tenant', (await register()).identity);
});
const callerOf = (name: string): Identity => callers.get(name) ?? anonymous;

describe.each(['an admin', 'a client', 'a user', 'a user without a tenant'])('to %s', (name) => {
  test('nothing of another tenant is there by its id, its name or as an entity', async () => {
    const { userId, email, organizationId, slug } = theirs;
    const found = await ask(
      callerOf(name),
      `{ user(id: "${userId}") { id } userByEmail(email: "${email}") { id }
        organization(id: "${organizationId}") { id } organizationBySlug(slug: "${slug}") { id } }`,
    );
    expect(found).toEqual({ user: null, userByEmail: null, organization: null, organizationBySlug: null });
    expect(await entitiesOf(callerOf(name), theirs)).toEqual({ _entities: theirs.entities.map(() => null) });
  });

  test('no filter finds anything of another tenant', async () => {
    const { userId, email, tenantId, slug, sessionId } = theirs;
    const found = await ask(
      callerOf(name),
      `{ byId: users(filter: { id: { eq: "${userId}" } }) { totalCount edges { cursor } }
        byEither: users(filter: { or: [{ tenantId: { eq: "${tenantId}" } }, { email: { eq: "${email}" } }] }) { totalCount edges { cursor } }
        byName: organizations(filter: { slug: { in: ["${slug}"] } }) { totalCount edges { cursor } }
        byTenant: roles(filter: { tenantId: { eq: "${tenantId}" } }) { totalCount edges { cursor } }
        byUser: sessions(filter: { userId: { eq: "${userId}" } }) { totalCount edges { cursor } }
        bySession: sessions(activeOnly: true, filter: { id: { eq: "${sessionId}" } }) { totalCount edges { cursor } }
        ofUser: authEvents(filter: { userId: { eq: "${userId}" } }) { totalCount edges { cursor } } }`,
    );
    for (const list of Object.values(found)) expect(list).toEqual({ totalCount: 0, edges: [] });
  });

  test('no list has a row of another tenant, whatever is excluded', async () => {
    const caller = callerOf(name);
    const { users, organizations, sessions } = await ask(
      caller,
      `{ users(first: 200, filter: { not: { email: { eq: "x" } } }) { edges { node { tenantId } } }
        organizations(first: 200) { edges { node { tenantId } } }
        sessions(first: 200) { edges { node { user { tenantId } } } } }`,
    );
    const tenants = [
      ...JSON.stringify([users, organizations, sessions]).matchAll(/"tenantId":("\w+"|null)/g),
    ];
    expect(tenants.length).toBeGreaterThan(0);
    for (const [, tenant] of tenants) expect(tenant).toBe(JSON.stringify(caller.tenantId));
  });
});

test('a superadmin sees it all', async () => {
  const { _entities } = await entitiesOf(superadmin, theirs);
  expect(_entities).toEqual(theirs.entities.map(({ __typename }) => ({ __typename })));
});

describe('within a tenant', () => {
  const all = 'edges { node { id } }';
  const source = `query ($id: ID!) { user(id: $id) { name organization { slug } profile { fullName }
    preferences { theme } subscription { status } roleGrants { grantedAt } permissionGrants { grantedAt }
    sessions { ${all} } authEvents { ${all} } projects { ${all} } activities { ${all} } subscriptions { ${all} } } }`;

  test.each(['a client', 'a user'])('%s sees who the others are, and nothing personal', async (name) => {
    const caller = callerOf(name);
    const nothing = { edges: [] };
    expect(await ask(caller, source, { id: ours.userId })).toEqual({
      user: {
        name: 'Ann',
        organization: { slug: ours.slug },
        profile: { fullName: 'Ann' },
        preferences: null,
        subscription: null,
        roleGrants: [],
        permissionGrants: [],
        sessions: nothing,
        authEvents: nothing,
        projects: nothing,
        activities: nothing,
        subscriptions: nothing,
      },
    });
    const personal = ours.entities.filter(({ __typename }) => !/^(User|Organization|Role)$/.test(__typename));
    const found = await entitiesOf(caller, { ...ours, entities: personal });
    expect(found).toEqual({ _entities: personal.map(() => null) });
  });

  test('an admin sees what is personal too', async () => {
    const admin = await aMember(ours.identity, 'admin');
    const { user } = await ask(admin, source, { id: ours.userId });
    expect(user).toMatchObject({ preferences: { theme: 'light' }, subscription: { status: 'ACTIVE' } });
    for (const list of ['sessions', 'authEvents', 'projects', 'activities', 'subscriptions']) {
      expect(user).toHaveProperty(`${list}.edges.0.node.id`);
    }
  });

  test('everybody sees what is their own', async () => {
    const { user } = await ask(ours.identity, source, { id: ours.userId });
    expect(user).toHaveProperty('projects.edges.0.node.id');
    const { identity, userId } = await register();
    expect((await ask(identity, source, { id: userId })).user).toHaveProperty('sessions.edges.0.node.id');
  });
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from '../testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
const anEmail = (): string => `${newId()}@test.example`;
function register(parts: Readonly<Record<string, unknown>>) {
  const input = { email: anEmail(), password: 'correct horse', name: 'Ann', ...parts };
  return run(
    subgraph,
    anonymous,
    `mutation ($input: RegisterInput!) { register(input: $input) { accessToken refreshToken expiresIn
        user { id email name role tenantId isActive emailVerified } } }`,
    { input },
  );
}

const accountOf = async (email: string): Promise<unknown> => {
  const { data } = await run(
    subgraph,
    superadmin,
    `{ userByEmail(email: "${email}") { email name role tenantId organization { name slug tenantId settings }
        profile { fullName locale } preferences { theme timezone } subscription { status tier { name } }
        authEvents { edges { node { eventType } } } sessions { edges { node { isActive } } } } }`,
  );
  return data?.userByEmail;
};

const fresh = {
  profile: { fullName: 'Ann', locale: 'en' },
  preferences: { theme: 'light', timezone: 'UTC' },
  subscription: { status: 'ACTIVE', tier: { name: 'free' } },
  authEvents: { edges: [{ node: { eventType: 'LOGIN' } }] },
  sessions: { edges: [{ node: { isActive: true } }] },
};

describe('registering', () => {
  test('makes an account without a tenant, on the free tier, and logs it in', async () => {
    const email = anEmail();
    const { data, errors } = await register({ email: email.toUpperCase() });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      register: { expiresIn: 900, user: { email, name: 'Ann', isActive: true, emailVerified: false } },
    });
    expect(await accountOf(email)).toEqual({
      email,
      name: 'Ann',
      role: 'USER',
      tenantId: null,
      organization: null,
      ...fresh,
    });
  });

  test('with an organization makes its tenant, whose admin the account is', async () => {
    const email = anEmail();
    expect((await register({ email, organizationName: 'Größe & Söhne AG' })).errors).toBeUndefined();
    const account = (await accountOf(email)) as { tenantId: string };
    const { tenantId } = account;
    expect(tenantId).toMatch(/^grosse_sohne_ag_[0-9a-f]{8}$/);
    const slug = tenantId.replaceAll('_', '-');
    const organization = { name: 'Größe & Söhne AG', slug, tenantId, settings: {} };
    expect(account).toEqual({ email, name: 'Ann', role: 'ADMIN', tenantId, organization, ...fresh });
  });

  test('gives two organizations of the same name a tenant each, by well-formed slugs', async () => {
    const organizationName = `${'a'.repeat(39)} und Söhne`;
    const emails = [anEmail(), anEmail()];
    for (const email of emails) {
      expect((await register({ email, organizationName })).errors).toBeUndefined();
    }
    const accounts = (await Promise.all(emails.map(accountOf))) as { organization: { slug: string } }[];
    const slugs = accounts.map(({ organization }) => organization.slug);
    expect(new Set(slugs).size).toBe(2);
    for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test('refuses an address that has an account, in any case, and leaves the account as it is', async () => {
    const email = anEmail();
    await register({ email });
    const before = await accountOf(email);
    const organizationName = `Twice ${newId()}`;
    const result = await register({ email: email.toUpperCase(), name: 'Eve', organizationName });
    expect(codes(result)).toEqual(['CONFLICT']);
    expect(result.errors?.[0]?.extensions.field).toBe('input.email');
    expect(await accountOf(email)).toEqual(before);
    const { data } = await run(
      subgraph,
      superadmin,
      `{ organizations(filter: { name: { eq: "${organizationName}" } }) { totalCount } }`,
    );
    expect(data).toEqual({ organizations: { totalCount: 0 } });
  });

  test('of two that want the same address at once, one gets it', async () => {
    const email = anEmail();
    const results = await Promise.all([register({ email }), register({ email })]);
    expect(results.flatMap(codes)).toEqual(['CONFLICT']);
    expect(await accountOf(email)).toMatchObject(fresh);
  });

  test.each([
    ['input.password', { password: 'cdx-demo' }],
    ['input.password', { password: 'a'.repeat(201) }],
    ['input.email', { email: 'ann' }],
    ['input.email', { email: `${'a'.repeat(255)}@test.example` }],
    ['input.name', { name: '  ' }],
    ['input.organizationName', { organizationName: ' ' }],
  ])('with a bad %s (%j) is refused, and nobody is registered', async (field, parts) => {
    const email = anEmail();
    const result = await register({ email, ...parts });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
    expect(await accountOf(email)).toBeNull();
  });
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { anonymous, newId } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph, password } from './testing.ts';

const { subgraph, register, mailedToken } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
const anEmail = (): string => `${newId()}@test.example`;

const create = (parts: Readonly<Record<string, unknown>> = {}, idempotencyKey?: string) =>
  run(
    subgraph,
    superadmin,
    `mutation ($input: CreateUserInput!, $idempotencyKey: String) {
      createUser(input: $input, idempotencyKey: $idempotencyKey) {
        id email name role tenantId organization { id } isActive emailVerified lastLogin
        profile { fullName } preferences { timezone } subscription { tier { name } } } }`,
    { input: { email: anEmail(), name: 'Bob', role: 'USER', ...parts }, idempotencyKey },
  );

describe('creating a user', () => {
  test('makes a member of the organization’s tenant, who sets the password by a link', async () => {
    const { identity } = await register(`Creating ${newId()}`);
    const { organizationId, tenantId } = identity;
    const email = anEmail();
    const { data, errors } = await create({ email: email.toUpperCase(), role: 'CLIENT', organizationId });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      createUser: {
        id: expect.any(String),
        email,
        name: 'Bob',
        role: 'CLIENT',
        tenantId,
        organization: { id: organizationId },
        isActive: true,
        emailVerified: false,
        lastLogin: null,
        profile: { fullName: 'Bob' },
        preferences: { timezone: 'UTC' },
        subscription: { tier: { name: 'free' } },
      },
    });
    const token = await mailedToken(email, 'Your new account');
    const set = `mutation { resetPassword(token: "${token}", newPassword: "${password}") }`;
    expect((await run(subgraph, anonymous, set)).data).toEqual({ resetPassword: true });
    const login = `mutation { login(email: "${email}", password: "${password}") { user { emailVerified } } }`;
    expect((await run(subgraph, anonymous, login)).data).toEqual({
      login: { user: { emailVerified: true } },
    });
  });

  test('twice with the same idempotency key makes one', async () => {
    const email = anEmail();
    const first = await create({ email }, `once ${email}`);
    expect(first.errors).toBeUndefined();
    expect(await create({ email }, `once ${email}`)).toEqual(first);
  });

  test.each([
    ['BAD_USER_INPUT', 'input.email', { email: 'nobody' }],
    ['BAD_USER_INPUT', 'input.name', { name: ' ' }],
    ['BAD_USER_INPUT', 'input.organizationId', { organizationId: 'x' }],
    ['BAD_USER_INPUT', 'input.organizationId', { role: 'ADMIN' }],
    ['BAD_USER_INPUT', 'input.organizationId', { role: 'CLIENT' }],
    ['NOT_FOUND', undefined, { organizationId: newId() }],
  ])('is answered %s on %s for %j', async (code, field, parts) => {
    const email = anEmail();
    const result = await create({ email, ...parts });
    expect(codes(result)).toEqual([code]);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
    const found = await run(subgraph, superadmin, `{ userByEmail(email: "${email}") { id } }`);
    expect(found.data).toEqual({ userByEmail: null });
  });

  test('with an address that is taken is a conflict', async () => {
    const { email } = await register();
    expect(codes(await create({ email }))).toEqual(['CONFLICT']);
  });
});

import { afterAll, describe, expect, test } from '@jest/globals';
import { anIdentity } from '@cdx/access/testing';
import { newId, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { anAuthSubgraph } from './testing.ts';

const { subgraph } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const superadmin = anIdentity({ role: 'superadmin', userId: newId() });
async function aUser(): Promise<Identity & { readonly userId: string }> {
  const input = `{ email: "${newId()}@test.example", name: "Ann", role: USER }`;
  const { data } = await run(subgraph, superadmin, `mutation { createUser(input: ${input}) { id } }`);
  const { id: userId } = data?.createUser as { id: string };
  return { ...anIdentity({ role: 'user' }), userId };
}

const profile = 'fullName avatarUrl bio company jobTitle phone locale';
const updateProfile = (identity: Identity, input: object, userId?: string) =>
  run(
    subgraph,
    identity,
    `mutation ($userId: ID, $input: UpdateUserProfileInput!) {
      updateUserProfile(userId: $userId, input: $input) { ${profile} } }`,
    { userId, input },
  );

const preferences = 'theme timezone notificationSettings uiPreferences aiSettings';
const updatePreferences = (identity: Identity, input: object, userId?: string) =>
  run(
    subgraph,
    identity,
    `mutation ($userId: ID, $input: UpdateUserPreferencesInput!) {
      updateUserPreferences(userId: $userId, input: $input) { ${preferences} } }`,
    { userId, input },
  );

const both = (identity: Identity) =>
  run(subgraph, identity, `{ me { profile { ${profile} } preferences { ${preferences} } } }`);

describe('a profile', () => {
  test('keeps what is given, and drops what is given as null', async () => {
    const user = await aUser();
    const given = {
      fullName: 'Ann Müller 🦊',
      avatarUrl: 'https://pictures.example/ann.png',
      bio: 'First line.\nSecond line.',
      company: 'Acme',
      jobTitle: 'Engineer',
      phone: '+41 44 000 00 00',
      locale: 'de-CH',
    };
    expect((await updateProfile(user, given)).data).toEqual({ updateUserProfile: given });
    const { data } = await updateProfile(user, { bio: null, company: 'Other' });
    expect(data).toEqual({ updateUserProfile: { ...given, bio: null, company: 'Other' } });
  });

  test.each([
    ['input.locale', { locale: 'not a tag' }],
    ['input.locale', { locale: '' }],
    ['input.locale', { locale: null }],
    ['input.avatarUrl', { avatarUrl: 'javascript:alert(1)' }],
    ['input.avatarUrl', { avatarUrl: 'ann.png' }],
    ['input.bio', { bio: 'a'.repeat(10_001) }],
    ['input.phone', { phone: '0'.repeat(33) }],
  ])('refuses a bad %s and changes nothing', async (field, input) => {
    const user = await aUser();
    const before = await both(user);
    const result = await updateProfile(user, { company: 'Other', ...input });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
    expect(await both(user)).toEqual(before);
  });

  test('of another is changed by superadmins alone', async () => {
    const [user, other] = [await aUser(), await aUser()];
    expect(codes(await updateProfile(other, { company: 'Theirs' }, user.userId))).toEqual(['FORBIDDEN']);
    const { data } = await updateProfile(superadmin, { company: 'Right' }, user.userId);
    expect(data).toMatchObject({ updateUserProfile: { company: 'Right' } });
    expect(codes(await updateProfile(superadmin, { company: 'X' }, newId()))).toEqual(['NOT_FOUND']);
  });
});

describe('preferences', () => {
  test('keep what is given', async () => {
    const user = await aUser();
    const given = {
      theme: 'dark',
      timezone: 'Europe/Zurich',
      notificationSettings: { email: { weekly: true } },
      uiPreferences: { columns: ['name', null], density: 0.5 },
      aiSettings: {},
    };
    expect((await updatePreferences(user, given)).data).toEqual({ updateUserPreferences: given });
    const { data } = await updatePreferences(user, { notificationSettings: { email: null } });
    expect(data).toEqual({ updateUserPreferences: { ...given, notificationSettings: { email: null } } });
  });

  test.each([
    ['input.timezone', { timezone: 'Europe/Atlantis' }],
    ['input.timezone', { timezone: '' }],
    ['input.theme', { theme: ' ' }],
    ['input.theme', { theme: null }],
    ['input.uiPreferences', { uiPreferences: ['a list'] }],
    ['input.aiSettings', { aiSettings: 'text' }],
    ['input.notificationSettings', { notificationSettings: null }],
  ])('refuse a bad %s and change nothing', async (field, input) => {
    const user = await aUser();
    const before = await both(user);
    const result = await updatePreferences(user, { theme: 'dark', ...input });
    expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    expect(result.errors?.[0]?.extensions.field).toBe(field);
    expect(await both(user)).toEqual(before);
  });

  test('of another are changed by superadmins alone', async () => {
    const [user, other] = [await aUser(), await aUser()];
    expect(codes(await updatePreferences(other, { theme: 'dark' }, user.userId))).toEqual(['FORBIDDEN']);
    const { data } = await updatePreferences(superadmin, { theme: 'dark' }, user.userId);
    expect(data).toMatchObject({ updateUserPreferences: { theme: 'dark' } });
  });
});

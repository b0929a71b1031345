import { asJson, given, loadEntity, parseInput, uuidToBytes, type Readable } from '@cdx/kit';
import {
  UserPreferences as preferencesTable,
  UserProfile as profileTable,
  type UserPreferencesRow,
  type UserProfileRow,
} from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type { MutationResolvers, UserResolvers } from '../generated/resolvers.ts';
import { subjectOf, tenantOf } from './user.ts';

const order = { property: 'userId', direction: 'ASC' } as const;
const profiles: Readable = { table: profileTable, order };
const preferences: Readable = { table: preferencesTable, order };

const text = (max: number): z.ZodNullable<z.ZodString> =>
  z.string().trim().max(max, `must have at most ${max} characters`).nullable();
const profileInput = z
  .object({
    fullName: text(255),
    avatarUrl: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
      .max(2_048)
      .nullable(),
    bio: text(10_000),
    company: text(255),
    jobTitle: text(255),
    phone: text(32),
    locale: z.string().max(35).refine(isLocale, 'must be a language tag such as en or pt-BR'),
  })
  .partial();
const settings = z.record(z.string(), z.unknown());
const preferencesInput = z
  .object({
    theme: z.string().trim().min(1, 'must not be empty').max(32),
    timezone: z.string().max(64).refine(isTimeZone, 'must be a time zone such as Europe/Zurich'),
    notificationSettings: settings,
    uiPreferences: settings,
    aiSettings: settings,
  })
  .partial();

export const mutation: MutationResolvers = {
  async updateUserProfile(_, { userId, input }, context) {
    const subject = await subjectOf(context, userId);
    const data = given(parseInput(profileInput, input));
    const key = uuidToBytes(subject);
    await context.db.write(
      (tx) =>
        tx.userProfile.upsert({ where: { userId: key }, create: { userId: key, ...data }, update: data }),
      { tenantId: await tenantOf(context, subject) },
    );
    return loadEntity<UserProfileRow>(context, profiles, subject);
  },

  async updateUserPreferences(_, { userId, input }, context) {
    const subject = await subjectOf(context, userId);
    const { theme, timezone, ...json } = parseInput(preferencesInput, input);
    const objects = Object.entries(json).flatMap(([key, value]) =>
      value ? [[key, asJson(value)] as const] : [],
    );
    const data = { ...given({ theme, timezone }), ...Object.fromEntries(objects) };
    const key = uuidToBytes(subject);
    await context.db.write(
      (tx) =>
        tx.userPreferences.upsert({ where: { userId: key }, create: { userId: key, ...data }, update: data }),
      { tenantId: await tenantOf(context, subject) },
    );
    return loadEntity<UserPreferencesRow>(context, preferences, subject);
  },
};

export const user: UserResolvers = {
  profile: ({ id }, _, context) => loadEntity<UserProfileRow>(context, profiles, id),
  preferences: ({ id }, _, context) => loadEntity<UserPreferencesRow>(context, preferences, id),
};

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

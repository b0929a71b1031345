import { createHash } from 'node:crypto';
import { faker } from '@faker-js/faker/locale/en';
import type { Faker } from '@faker-js/faker';
import { v7 } from 'uuid';

export type { Faker };

/** The moment that accounts, clients and templates tell of: fixed, so that every run makes the same rows. */
export const now = new Date('2026-11-01T00:00:00.000Z');

/** A day in milliseconds. */
export const day = 86_400_000;

function hash(path: string): Buffer {
  return createHash('sha256').update(`cdx demo ${path}`).digest();
}

/**
 * A source of random values for what the path names. It depends on the path alone, so an entity is the same at every
 * scale. It is one source, seeded anew: done with a path once another is asked for.
 */
export function seeded(path: string): Faker {
  faker.seed(hash(path).readUInt32LE());
  return faker;
}

/** The id of what the path names: a UUID v7 of the time it was made, with bits from the path for its random ones. */
export function demoId(path: string, createdAt: Date): string {
  return v7({ msecs: createdAt.getTime(), random: hash(path).subarray(0, 16) });
}

/** A token's hash as stored, of a token that nobody has. */
export function demoTokenHash(path: string): string {
  return hash(`token ${path}`).toString('hex');
}

/** A time between two numbers of days before `now`. */
export function daysBefore(random: Faker, atLeast: number, atMost: number): Date {
  return between(random, new Date(now.getTime() - atMost * day), new Date(now.getTime() - atLeast * day));
}

/** A time from one to the other. */
export function between(random: Faker, from: Date, to: Date): Date {
  return new Date(random.number.int({ min: from.getTime(), max: Math.max(from.getTime(), to.getTime()) }));
}

/** One of the list; the index may run past its end. */
export function cycle<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('There is nothing to choose from');
  return item;
}

/** One of the values, each as likely as its weight. */
export function weighted<T extends string>(random: Faker, weights: Readonly<Record<T, number>>): T {
  const entries = Object.entries<number>(weights) as [T, number][];
  return random.helpers.weightedArrayElement(entries.map(([value, weight]) => ({ value, weight })));
}

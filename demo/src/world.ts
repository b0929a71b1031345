import type { Business } from './businesses.ts';
import { between, day, demoId, now as fixedNow, seeded, type Faker } from './random.ts';

/** A user of the demo. */
export interface DemoPerson {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: 'superadmin' | 'admin' | 'client' | 'user';
  readonly createdAt: Date;
}

/** A client of a tenant, in some line of business. */
export interface DemoClient {
  readonly id: string;
  readonly name: string;
  readonly business: Business;
  readonly owner: DemoPerson;
  readonly createdAt: Date;
}

/** A tenant with its people and its clients, as auth and clients have them. */
export interface DemoTenant {
  readonly id: string;
  readonly name: string;
  readonly organizationId: string;
  /** The tenant's first admin. */
  readonly owner: DemoPerson;
  /** What it trades in, as ISO 4217. */
  readonly currency: string;
  readonly createdAt: Date;
  readonly users: readonly DemoPerson[];
  readonly clients: readonly DemoClient[];
}

/** What a world is made from. */
export interface WorldParts {
  /** The moment that the history ends at. */
  readonly now: Date;
  /** The size of the demo data; 1 is the standard. */
  readonly scale: number;
  readonly superadmin: DemoPerson;
  readonly tenants: readonly DemoTenant[];
}

/**
 * What the demo data of the domains is about. Accounts, clients and templates tell of a fixed moment, so that they are
 * the same everywhere. What a domain adds here happened before `now`, which is the hour in which the data is loaded:
 * so the figures of the last day, week and month are not all zero on a fresh start. Only times depend on it; ids do not.
 */
export interface DemoWorld extends WorldParts {
  /** How many of something there are, by how many there are at scale 1; never fewer than `least`. */
  count(atStandard: number, least: number): number;
  /** A time between two numbers of days before `now`. */
  daysAgo(random: Faker, atLeast: number, atMost: number): Date;
  /** The id of what the path names: a UUID v7 in the order of the times, the same at whatever moment it is loaded. */
  id(path: string, createdAt: Date): string;
  /** A user of the tenant that does things in it, by the path of what is done. */
  someUser(tenant: DemoTenant, path: string): DemoPerson;
}

/** Makes a world with its helpers. */
export function makeWorld(parts: WorldParts): DemoWorld {
  const { now, scale } = parts;
  const shift = now.getTime() - fixedNow.getTime();
  return {
    ...parts,
    count: (atStandard, least) => Math.max(least, Math.round(atStandard * scale)),
    daysAgo: (random, atLeast, atMost) =>
      between(random, new Date(now.getTime() - atMost * day), new Date(now.getTime() - atLeast * day)),
    id: (path, createdAt) => demoId(path, new Date(createdAt.getTime() - shift)),
    someUser: ({ users }, path) => seeded(`someone for ${path}`).helpers.arrayElement(users),
  };
}

import { between, daysBefore, demoId, now, seeded, type Row, type Tables } from '@cdx/demo';
import { demoLogins } from '@cdx/auth/demo-logins';
import { uuidToBytes } from '@cdx/kit';
import { lastSeen, someTier, type Person, type Tenant } from './people.ts';

/** Ids that the migrations gave, by name. */
export type Ids = ReadonlyMap<string, Uint8Array>;

/** The id that the migrations gave to what has the name. */
export function seededId(ids: Ids, name: string): Uint8Array {
  const id = ids.get(name);
  if (!id) throw new Error(`The auth database has no ${name}; its migrations seed it`);
  return id;
}

/** People with all that each has one of, and their subscriptions. */
export function personTables(people: readonly Person[], tierIds: Ids, passwordHash: string): Tables {
  return [
    ['users', people.map((person) => userRow(person, passwordHash))],
    ['user_profiles', people.map(profileRow)],
    ['user_preferences', people.map(preferencesRow)],
    ['subscriptions', people.flatMap((person) => subscriptionRows(person, tierIds))],
  ];
}

/** A tenant's organization. */
export function organizationRow({ id, name, organizationId, createdAt }: Tenant): Row {
  return {
    id: uuidToBytes(organizationId),
    name,
    slug: id,
    tenant_id: id,
    settings: { country: seeded(`organization ${id}`).location.countryCode(), domain: `${id}.example` },
    is_active: true,
    created_at: createdAt,
    updated_at: createdAt,
  };
}

function userRow(person: Person, passwordHash: string): Row {
  const seen = lastSeen(person);
  const random = seeded(`user row ${person.id}`);
  const hasLogin = demoLogins.some(({ email }) => email === person.email);
  return {
    id: uuidToBytes(person.id),
    organization_id: person.organizationId && uuidToBytes(person.organizationId),
    tenant_id: person.tenantId,
    email: person.email,
    password_hash: passwordHash,
    name: person.name,
    role: person.role,
    is_active: hasLogin || random.datatype.boolean(0.95),
    email_verified: hasLogin || random.datatype.boolean(0.85),
    last_login: seen,
    last_activity:
      seen && between(random, seen, new Date(Math.min(seen.getTime() + 14_400_000, now.getTime()))),
    created_at: person.createdAt,
    updated_at: person.createdAt,
  };
}

function profileRow({ id, name, tenantId, createdAt }: Person): Row {
  const random = seeded(`profile ${id}`);
  return {
    user_id: uuidToBytes(id),
    full_name: name,
    avatar_url: `https://avatars.cdx.example/${id}.png`,
    bio: random.datatype.boolean(0.6) ? `${random.person.bio()}, based in ${random.location.city()}.` : null,
    company: tenantId && `${tenantId.charAt(0).toUpperCase()}${tenantId.slice(1)}`,
    job_title: random.person.jobTitle(),
    phone: random.phone.number({ style: 'international' }),
    locale: random.helpers.arrayElement(['en', 'en', 'en-GB', 'de', 'fr', 'es', 'pt-BR']),
    created_at: createdAt,
    updated_at: createdAt,
  };
}

function preferencesRow({ id, createdAt }: Person): Row {
  const random = seeded(`preferences ${id}`);
  return {
    user_id: uuidToBytes(id),
    theme: random.helpers.arrayElement(['light', 'light', 'dark', 'system']),
    timezone: random.helpers.arrayElement(['UTC', 'Europe/Zurich', 'America/New_York', 'Asia/Singapore']),
    notification_settings: { email: random.datatype.boolean(), weeklyReport: random.datatype.boolean() },
    ui_preferences: { density: random.helpers.arrayElement(['comfortable', 'compact']) },
    ai_settings: { creativity: random.number.float({ min: 0, max: 1, fractionDigits: 1 }) },
    updated_at: createdAt,
  };
}

/** A subscription each, and for some a smaller one that they had before. */
function subscriptionRows({ id, createdAt }: Person, tierIds: Ids): Row[] {
  const random = seeded(`subscription ${id}`);
  const changedAt = random.datatype.boolean(0.15)
    ? between(random, createdAt, daysBefore(random, 5, 15))
    : null;
  const subscription = (kind: string, tier: string, startedAt: Date, endedAt: Date | null): Row => ({
    id: uuidToBytes(demoId(`subscription ${kind} ${id}`, startedAt)),
    user_id: uuidToBytes(id),
    tier_id: seededId(tierIds, tier),
    status: endedAt ? 'cancelled' : 'active',
    started_at: startedAt,
    cancelled_at: endedAt,
    created_at: startedAt,
  });
  return [
    ...(changedAt ? [subscription('former', 'free', createdAt, changedAt)] : []),
    subscription('current', changedAt ? 'premium' : someTier(id), changedAt ?? createdAt, null),
  ];
}

import { between, cycle, day, seeded, weighted, type DemoTenant, type DemoWorld, type Row } from '@cdx/demo';

/** What happens, the severities that it comes in, and how often of a hundred. */
const kinds = {
  'auth.failed_logins': {
    severities: ['low', 'medium'],
    description: 'Many logins failed from one address within a minute.',
    weight: 34,
  },
  'auth.new_device': {
    severities: ['info'],
    description: 'A login from a device that was not seen before.',
    weight: 26,
  },
  'auth.token_reuse': {
    severities: ['high'],
    description: 'A refresh token was used a second time; its logins have ended.',
    weight: 10,
  },
  'access.cross_tenant': {
    severities: ['medium', 'high'],
    description: 'A caller asked for ids of another tenant, again and again, and got none.',
    weight: 12,
  },
  'limits.rate_exceeded': {
    severities: ['low'],
    description: 'A caller stayed above the rate limit for ten minutes.',
    weight: 14,
  },
  'platform.certificate_expiry': {
    severities: ['medium', 'critical'],
    description: 'A certificate was about to expire.',
    weight: 4,
  },
} as const;

type Kind = keyof typeof kinds;

const weights = Object.fromEntries(
  Object.entries(kinds).map(([kind, { weight }]) => [kind, weight]),
) as Record<Kind, number>;

/** A year of security events, of every tenant and a few of the platform itself. */
export function securityEventRows(world: DemoWorld): Row[] {
  return Array.from({ length: world.count(900, 60) }, (_, index) => {
    const path = `security event ${index}`;
    const kind = weighted(seeded(path), weights);
    const ofPlatform = kind.startsWith('platform.');
    return eventRow(world, path, kind, ofPlatform ? null : cycle(world.tenants, index));
  });
}

function eventRow(world: DemoWorld, path: string, kind: Kind, tenant: DemoTenant | null): Row {
  const user = tenant && world.someUser(tenant, path);
  const random = seeded(`${path} of ${kind}`);
  const at = world.daysAgo(random, 0, 365);
  const { severities, description } = kinds[kind];
  // What is young may still be open, and hardly anything that is old.
  const isOpen = random.datatype.boolean(world.now.getTime() - at.getTime() < 14 * day ? 0.6 : 0.02);
  const latest = new Date(Math.min(at.getTime() + 3 * day, world.now.getTime()));
  return {
    id: world.id(path, at),
    tenant_id: tenant?.id ?? null,
    severity: random.helpers.arrayElement<string>(severities),
    kind,
    user_id: user?.id ?? null,
    description,
    // Addresses that belong to nobody: RFC 5737.
    metadata: { ipAddress: `203.0.113.${random.number.int({ min: 1, max: 254 })}` },
    resolved_at: isOpen ? null : between(random, at, latest),
    resolved_by: isOpen ? null : world.superadmin.id,
    created_at: at,
  };
}

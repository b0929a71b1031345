import { seeded, type DemoWorld, type Row, type Value } from '@cdx/demo';

const settings: readonly (readonly [key: string, value: Value, description: string])[] = [
  ['auth.login_attempts', 5, 'Wrong passwords before a further one has to wait.'],
  ['auth.password_min_length', 10, 'The shortest password that is accepted.'],
  ['features.agent_marketplace', false, 'Whether tenants see the marketplace.'],
  ['features.semantic_search', true, 'Whether memories are searched by meaning.'],
  ['limits.agents_per_client', 2_000, 'The most agents of one client.'],
  ['limits.upload_mb', 25, 'The largest file, in megabytes.'],
  ['mail.sender_name', 'CDX', 'The name that mail is sent under.'],
  [
    'maintenance.window',
    { day: 'sunday', from: '02:00', to: '04:00' },
    'When maintenance is announced for, in UTC.',
  ],
  ['regions.available', ['eu-central-1', 'us-east-1', 'ap-southeast-1'], 'Where tenants can be.'],
  ['retention.audit_months', 84, 'How long audit entries are kept.'],
];

/** The configuration, as the superadmin has set it. */
export function systemConfigRows(world: DemoWorld): Row[] {
  return settings.map(([key, value, description]) => ({
    key,
    value,
    description,
    updated_by: world.superadmin.id,
    updated_at: world.daysAgo(seeded(`system config ${key}`), 5, 300),
  }));
}

import { seeded, weighted, type DemoTenant, type DemoWorld, type Row } from '@cdx/demo';

/** The tenants that auth and clients know, each of its first client. */
export function tenantRows({ tenants }: DemoWorld): Row[] {
  return tenants.map(tenantRow);
}

function tenantRow({ id, name, clients, createdAt }: DemoTenant): Row {
  const random = seeded(`platform tenant ${id}`);
  const [client] = clients;
  if (!client) throw new Error(`The tenant ${id} of the demo has no client`);
  return {
    id,
    client_id: client.id,
    name,
    environment: 'production',
    status: 'active',
    region: weighted(random, { 'eu-central-1': 50, 'us-east-1': 35, 'ap-southeast-1': 15 }),
    settings: {
      limits: { agents: random.helpers.arrayElement([100, 500, 2_000]), storageGb: 50 },
      features: random.helpers.arrayElements(['search', 'orchestration', 'exports'], { min: 1, max: 3 }),
    },
    created_at: createdAt,
    updated_at: createdAt,
  };
}

/** How many rows of each kind the demo data has. */
export interface Sizes {
  readonly tenants: number;
  readonly clientsPerTenant: number;
  /** Over all tenants, with the superadmin. */
  readonly users: number;
  readonly agentsPerClient: number;
  readonly memoriesPerAgent: number;
  readonly personas: number;
  readonly prompts: number;
  readonly systemPrompts: number;
}

/**
 * The sizes at a scale; 1 is the standard: 8 tenants, 40 clients, 2,000 users, 2,000 agents, 20,000 memories and 300
 * templates. The totals follow the scale, down to what is needed to show every relation.
 */
export function sizesAt(scale: number): Sizes {
  if (!Number.isFinite(scale) || scale <= 0) throw new Error('The scale must be a number above 0');
  const share = (whole: number, parts: number, least: number): number =>
    Math.max(least, Math.round((whole * scale) / parts));
  const tenants = share(8, 1, 2);
  const clientsPerTenant = share(40, tenants, 2);
  const clients = tenants * clientsPerTenant;
  const agentsPerClient = share(2_000, clients, 3);
  return {
    tenants,
    clientsPerTenant,
    users: share(2_000, 1, tenants * 10 + 1),
    agentsPerClient,
    memoriesPerAgent: share(20_000, clients * agentsPerClient, 5),
    personas: share(150, 1, 10),
    prompts: share(100, 1, 5),
    systemPrompts: share(50, 1, 8),
  };
}

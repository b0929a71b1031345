import {
  between,
  businesses,
  cycle,
  day,
  daysBefore,
  demoId,
  now,
  seeded,
  weighted,
  type Business,
  type Row,
} from '@cdx/demo';
import { someTier, someUser, type Person, type Tenant } from './people.ts';
import type { Sizes } from './sizes.ts';

/** A client of the demo. */
export interface DemoClient {
  readonly id: string;
  readonly name: string;
  readonly tenant: Tenant;
  readonly business: Business;
  readonly owner: Person;
  readonly createdAt: Date;
  readonly isSuspended: boolean;
}

const workflows = ['weekly-report', 'onboarding', 'content-calendar', 'price-check', 'ticket-triage'];
const steps = ['collect', 'draft', 'review', 'approve', 'publish'];
const undertakings = [
  'Launch of',
  'Catalogue of',
  'Pricing of',
  'Newsletter about',
  'Survey on',
  'Help pages for',
];

/** The metrics that are counted every day, with their units and the most that a day brings. */
const metrics = [
  { metric: 'tokens_input', unit: 'token', most: 400_000 },
  { metric: 'tokens_output', unit: 'token', most: 120_000 },
  { metric: 'executions', unit: 'count', most: 300 },
  { metric: 'memory_searches', unit: 'count', most: 900 },
  { metric: 'cost', unit: 'USD', most: 60 },
] as const;

/** How many projects each client has. */
const projectCount = 8;

/** The clients of all tenants. */
export function clientsOf(tenants: readonly Tenant[], { clientsPerTenant }: Sizes): DemoClient[] {
  return tenants.flatMap((tenant, tenantIndex) =>
    Array.from({ length: clientsPerTenant }, (_, index) => client(tenant, tenantIndex * 5 + index, index)),
  );
}

function client(tenant: Tenant, place: number, index: number): DemoClient {
  const business = cycle(businesses, place);
  const round = Math.floor(index / businesses.length);
  const id = `${tenant.id}_${business.key}${round === 0 ? '' : round + 1}`;
  return {
    id,
    name: `${tenant.name.split(' ')[0] ?? ''} ${business.name}${round === 0 ? '' : ` ${round + 1}`}`,
    tenant,
    business,
    owner: cycle(tenant.clients, index),
    createdAt: between(
      seeded(`client ${id}`),
      tenant.createdAt,
      daysBefore(seeded(`client start ${id}`), 200, 300),
    ),
    isSuspended: place % 13 === 7,
  };
}

/** The client's row. */
export function clientRow({ id, name, tenant, business, owner, createdAt, isSuspended }: DemoClient): Row {
  return {
    client_id: id,
    tenant_id: tenant.id,
    name,
    status: isSuspended ? 'suspended' : 'active',
    tier: someTier(`client ${id}`),
    owner_user_id: owner.id,
    contact_email: owner.email,
    settings: { industry: business.key, language: 'en', memory: { recall: 8 } },
    created_at: createdAt,
    updated_at: createdAt,
  };
}

/** Where the client's workflows stand. */
export function orchestratorRows({ id }: DemoClient): Row[] {
  return workflows.slice(0, 3).map((workflow) => {
    const path = `orchestrator ${id} ${workflow}`;
    const random = seeded(path);
    const startedAt = daysBefore(random, 1, 30);
    const reached = random.number.int({ min: 1, max: steps.length });
    const status =
      reached === steps.length
        ? 'completed'
        : weighted(random, { pending: 10, running: 50, waiting: 30, failed: 10 });
    return {
      id: demoId(path, startedAt),
      client_id: id,
      workflow_id: workflow,
      status,
      current_step: cycle(steps, reached - 1),
      state: { done: steps.slice(0, reached - 1), attempts: random.number.int({ min: 1, max: 3 }) },
      version: reached,
      started_at: startedAt,
      updated_at: between(random, startedAt, now),
    };
  });
}

/** The client's projects. */
export function projectRows({
  id,
  business,
  tenant,
  createdAt,
}: DemoClient): (Row & { readonly id: string })[] {
  return Array.from({ length: projectCount }, (_, index) => {
    const path = `client project ${id} ${index}`;
    const creator = someUser(tenant, path);
    const random = seeded(path);
    const at = between(random, createdAt, daysBefore(random, 10, 60));
    const product = cycle(business.products, index);
    return {
      id: demoId(path, at),
      name: `${cycle(undertakings, index + random.number.int({ max: 5 }))} ${product}`,
      description: `Aims at ${random.helpers.arrayElement(business.goals)} with ${random.helpers.arrayElement(business.audiences)}.`,
      status: weighted(random, { active: 55, on_hold: 15, completed: 25, archived: 5 }),
      created_by: creator.id,
      created_at: at,
      updated_at: at,
    };
  });
}

/** What the client used on each of the last 30 days, each figure of one agent or, some, of the client as a whole. */
export function usageRows({ id }: DemoClient, agentIds: readonly string[]): Row[] {
  return Array.from({ length: 30 }, (_, ago) => ago).flatMap((ago) => {
    const start = new Date(now.getTime() - (30 - ago) * day);
    const end = new Date(start.getTime() + day);
    // Weekends are calm.
    const activity = [0, 6].includes(start.getUTCDay()) ? 0.3 : 1;
    return metrics.map(({ metric, unit, most }) => {
      const path = `usage ${id} ${metric} ${ago}`;
      const random = seeded(path);
      const quantity = random.number.float({ min: most * 0.2, max: most }) * activity;
      return {
        id: demoId(path, end),
        agent_instance_id: random.datatype.boolean(0.7) ? random.helpers.arrayElement(agentIds) : null,
        metric,
        quantity: unit === 'USD' ? Number(quantity.toFixed(4)) : Math.round(quantity),
        unit,
        period_start: start,
        period_end: end,
        metadata: { source: 'meter' },
        created_at: end,
      };
    });
  });
}

/** What a workflow of the client can be called. */
export function someWorkflow(path: string): string {
  return seeded(`workflow ${path}`).helpers.arrayElement(workflows);
}

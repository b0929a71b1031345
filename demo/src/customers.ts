import { businesses, type Business } from './businesses.ts';
import { cycle, seeded, weighted } from './random.ts';
import type { DemoTenant, DemoWorld } from './world.ts';

/** A customer of a tenant: crm has its record, billing its subscriptions. */
export interface DemoCustomer {
  readonly id: string;
  readonly tenant: DemoTenant;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly company: string;
  readonly business: Business;
  readonly status: 'active' | 'inactive' | 'archived';
  readonly createdAt: Date;
}

/** How many customers all tenants have together at scale 1. */
const customersAtStandard = 2_000;

/** The customers of a tenant; the first of them has been one for a year. */
export function customersOf(world: DemoWorld, tenant: DemoTenant): DemoCustomer[] {
  const { length: tenants } = world.tenants;
  const count = Math.ceil(world.count(customersAtStandard, tenants * 20) / tenants);
  return Array.from({ length: count }, (_, index) => customer(world, tenant, index));
}

function customer(world: DemoWorld, tenant: DemoTenant, index: number): DemoCustomer {
  const path = `customer ${tenant.id} ${index}`;
  const random = seeded(path);
  const createdAt = index === 0 ? world.daysAgo(random, 364, 365) : world.daysAgo(random, 0, 365);
  const [firstName, lastName] = [random.person.firstName(), random.person.lastName()];
  const business = cycle(businesses, random.number.int({ max: businesses.length - 1 }));
  const company = `${random.person.lastName()} ${business.name}`;
  const domain = `${company}.example`.toLowerCase().replace(/[^a-z.]+/g, '-');
  const person = `${firstName}.${lastName}`.toLowerCase().replace(/[^a-z.]/g, '');
  return {
    id: world.id(path, createdAt),
    tenant,
    email: `${person}.${index}@${domain}`,
    firstName,
    lastName,
    company,
    business,
    status: weighted(random, { active: 80, inactive: 14, archived: 6 }),
    createdAt,
  };
}

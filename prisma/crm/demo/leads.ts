import {
  between,
  cycle,
  day,
  seeded,
  weighted,
  type DemoCustomer,
  type DemoWorld,
  type Faker,
  type Row,
} from '@cdx/demo';
import { sources } from './customers.ts';
import type { DemoPipeline } from './pipelines.ts';

/** A lead of the demo. */
export interface DemoLead {
  readonly id: string;
  readonly customerId: string;
  readonly title: string;
  readonly isOpen: boolean;
  readonly assignedTo: string;
  readonly createdAt: Date;
  /** When it was closed, or else the end of the history. */
  readonly endsAt: Date;
  readonly row: Row;
}

const lostReasons = ['Price', 'No budget this year', 'Chose a competitor', 'No answer', 'Wrong time'];

/** How long a lead takes until it is won or lost, in days. */
const usualDays = { min: 10, max: 90 };

/** The leads of a customer: one to three, of which those that are older than a quarter are closed. */
export function leadsOf(
  world: DemoWorld,
  customer: DemoCustomer,
  pipelines: readonly DemoPipeline[],
): DemoLead[] {
  const count = seeded(`number of leads ${customer.id}`).helpers.weightedArrayElement([
    { value: 1, weight: 60 },
    { value: 2, weight: 30 },
    { value: 3, weight: 10 },
  ]);
  return Array.from({ length: count }, (_, index) => lead(world, customer, pipelines, index));
}

function lead(
  world: DemoWorld,
  customer: DemoCustomer,
  pipelines: readonly DemoPipeline[],
  index: number,
): DemoLead {
  const { tenant, business } = customer;
  const path = `lead ${customer.id} ${index}`;
  const random = seeded(path);
  const assignedTo = random.helpers.arrayElement(tenant.users).id;
  const createdAt = between(random, customer.createdAt, world.now);
  const id = world.id(path, createdAt);
  const closes = new Date(createdAt.getTime() + random.number.int(usualDays) * day);
  const isOpen = closes > world.now;
  const endsAt = isOpen ? world.now : closes;
  const product = cycle(business.products, random.number.int({ max: 99 }));
  const title = `${random.helpers.arrayElement(['Supply of', 'Framework for', 'Trial of'])} ${product}`;
  // Who comes back renews.
  const pipeline = cycle(pipelines, index === 0 ? 0 : random.number.int({ max: 1 }));
  const row = {
    id,
    tenant_id: tenant.id,
    customer_id: customer.id,
    pipeline_id: pipeline.id,
    title,
    description: `For ${random.helpers.arrayElement(business.audiences)}; the aim is ${random.helpers.arrayElement(business.goals)}.`,
    value: random.number.int({ min: 5, max: 400 }) * 100,
    currency: random.datatype.boolean(0.9) ? tenant.currency : 'EUR',
    ...(isOpen ? open(random, pipeline) : closed(random, endsAt)),
    expected_close_date: closes.toISOString().slice(0, 10),
    assigned_to: assignedTo,
    source: weighted(random, sources),
    created_at: createdAt,
    updated_at: between(random, createdAt, endsAt),
  };
  return { ...{ id, customerId: customer.id, title, isOpen, assignedTo, createdAt, endsAt }, row };
}

function open(random: Faker, { stages }: DemoPipeline): Row {
  const { stage, probability } = random.helpers.arrayElement(
    stages.filter((each) => each.stage !== 'closed'),
  );
  return { stage, probability, lost_reason: null, closed_at: null };
}

/** Somewhat fewer than half are won. */
function closed(random: Faker, at: Date): Row {
  const lostReason = random.datatype.boolean(0.45) ? null : random.helpers.arrayElement(lostReasons);
  return {
    ...{ stage: 'closed', probability: lostReason === null ? 100 : 0 },
    lost_reason: lostReason,
    closed_at: at,
  };
}

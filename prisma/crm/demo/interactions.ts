import {
  between,
  day,
  seeded,
  weighted,
  type DemoCustomer,
  type DemoWorld,
  type Faker,
  type Row,
} from '@cdx/demo';
import type { DemoLead } from './leads.ts';

type Type = 'email' | 'call' | 'meeting' | 'note';

const subjects: Readonly<Record<Type, readonly string[]>> = {
  email: ['Offer', 'Questions about the offer', 'Thank you', 'Documents'],
  call: ['First call', 'Call back', 'Price talk'],
  meeting: ['Kick-off', 'Presentation', 'Negotiation'],
  note: ['Impression', 'Decision makers', 'Competitors'],
};

/** What happened with a customer: two or three things a lead, and where the lead is open one that is planned. */
export function interactionsOf(world: DemoWorld, customer: DemoCustomer, leads: readonly DemoLead[]): Row[] {
  return leads.flatMap((lead) => {
    // One source for all of a lead's: to seed one for each takes longer than all the rest.
    const random = seeded(`interactions ${lead.id}`);
    const past = random.number.int({ min: 2, max: 3 });
    return Array.from({ length: lead.isOpen ? past + 1 : past }, (_, index) =>
      interaction(random, world, { customer, lead, index, isPlanned: index === past }),
    );
  });
}

interface Occasion {
  readonly customer: DemoCustomer;
  readonly lead: DemoLead;
  readonly index: number;
  readonly isPlanned: boolean;
}

function interaction(random: Faker, world: DemoWorld, { customer, lead, index, isPlanned }: Occasion): Row {
  const type = isPlanned
    ? weighted(random, { email: 1, call: 4, meeting: 5 })
    : weighted<Type>(random, { email: 40, call: 30, meeting: 15, note: 15 });
  const at = between(random, lead.createdAt, lead.endsAt);
  return {
    id: world.id(`interaction ${lead.id} ${index}`, at),
    tenant_id: customer.tenant.id,
    customer_id: customer.id,
    lead_id: lead.id,
    type,
    subject: `${random.helpers.arrayElement(subjects[type])}: ${lead.title}`,
    content: `${customer.firstName} minds ${random.helpers.arrayElement(customer.business.concerns)}.`,
    user_id: lead.assignedTo,
    ...timesOf(random, world, { type, at, isPlanned }),
    metadata: {},
    created_at: at,
  };
}

interface Event {
  readonly type: Type;
  readonly at: Date;
  readonly isPlanned: boolean;
}

/** What is planned lies within a month; of what is over, half the calls and meetings had been planned. */
function timesOf(random: Faker, { now }: DemoWorld, { type, at, isPlanned }: Event): Row {
  if (isPlanned)
    return {
      scheduled_at: new Date(now.getTime() + random.number.int({ min: 1, max: 30 * 24 }) * (day / 24)),
      completed_at: null,
    };
  if (type === 'note') return { scheduled_at: null, completed_at: null };
  const wasPlanned = type !== 'email' && random.datatype.boolean();
  return { scheduled_at: wasPlanned ? at : null, completed_at: at };
}

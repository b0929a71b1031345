import { seeded, weighted, type DemoCustomer, type Row } from '@cdx/demo';

const countries = { US: 30, DE: 20, GB: 20, CH: 15, FR: 15 } as const;

/** Where customers and leads come from, and how often. */
export const sources = { website: 35, referral: 25, fair: 15, newsletter: 15, partner: 10 } as const;

/** The customer's row. */
export function customerRow(customer: DemoCustomer): Row {
  const random = seeded(`record of ${customer.id}`);
  const { business } = customer;
  return {
    id: customer.id,
    tenant_id: customer.tenant.id,
    email: customer.email,
    first_name: customer.firstName,
    last_name: customer.lastName,
    company: customer.company,
    phone: random.phone.number({ style: 'international' }),
    address: {
      line1: random.location.streetAddress(),
      postalCode: random.location.zipCode('#####'),
      city: random.location.city(),
      country: weighted(random, countries),
    },
    status: customer.status,
    source: weighted(random, sources),
    tags: [
      business.key,
      ...random.helpers.arrayElements(['vip', 'wholesale', 'newsletter'], { min: 0, max: 2 }),
    ],
    custom_fields: {
      industry: business.key,
      employees: random.helpers.arrayElement([5, 20, 80, 300, 1_200]),
      audience: random.helpers.arrayElement(business.audiences),
    },
    created_at: customer.createdAt,
    updated_at: customer.createdAt,
  };
}

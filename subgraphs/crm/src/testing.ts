import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, type Identity, type Subgraph } from '@cdx/kit';
import { ask, testDatabaseUrl } from '@cdx/kit/testing';
import { createSubgraph, settingsSchema } from './subgraph.ts';

/** The crm subgraph on the test run's database. */
export function aCrmSubgraph(): Subgraph {
  const settings = settingsSchema.parse({
    CRM_DATABASE_URL: testDatabaseUrl('CRM_DATABASE_URL'),
  });
  return createSubgraph(settings, makeLogger('test', 'silent'));
}

/** Somebody new in a tenant that nobody else is in, so that what a test writes is seen by no other test. */
export function aUser(
  parts: Partial<Identity> = {},
): Identity & { readonly userId: string; readonly tenantId: string } {
  const tenantId = parts.tenantId ?? `t_${newId().replaceAll('-', '')}`;
  return { ...anIdentity({ role: 'admin', ...parts }), tenantId, userId: newId() };
}

/** Somebody who belongs to no tenant and sees all. */
export function aSuperadmin(): Identity & { readonly userId: string } {
  return { ...anIdentity({ role: 'superadmin' }), userId: newId() };
}

/** What a pipeline of the tests looks like, with the probabilities that its leads get. */
export const someStages = [
  { name: 'Prospect', order: 1, probability: 10 },
  { name: 'Qualified', order: 2, probability: 30 },
  { name: 'Proposal', order: 3, probability: 60 },
  { name: 'Negotiation', order: 4, probability: 80 },
];

type Input = Readonly<Record<string, unknown>>;

/** A new customer of the user's tenant; answers its id. */
export function aCustomer(subgraph: Subgraph, user: Identity, input: Input = {}): Promise<string> {
  return made(subgraph, user, 'Customer', { email: `${newId()}@example.com`, ...input });
}

/** A new pipeline of the user's tenant; answers its id. */
export function aPipeline(subgraph: Subgraph, user: Identity, input: Input = {}): Promise<string> {
  return made(subgraph, user, 'Pipeline', { name: 'Sales', stages: someStages, ...input });
}

/** A new lead, of a new customer unless the input names one; answers its id. */
export async function aLead(subgraph: Subgraph, user: Identity, input: Input = {}): Promise<string> {
  const customerId = input.customerId ?? (await aCustomer(subgraph, user));
  return made(subgraph, user, 'Lead', {
    title: 'A roof',
    currency: 'EUR',
    value: '100',
    ...input,
    customerId,
  });
}

/** A new call, with a new customer unless the input names one; answers its id. */
export async function anInteraction(subgraph: Subgraph, user: Identity, input: Input = {}): Promise<string> {
  const customerId = input.customerId ?? (await aCustomer(subgraph, user));
  return made(subgraph, user, 'Interaction', { type: 'CALL', subject: 'Hello', ...input, customerId });
}

async function made(subgraph: Subgraph, user: Identity, type: string, input: Input): Promise<string> {
  const source = `mutation ($input: Create${type}Input!) { made: create${type}(input: $input) { id } }`;
  const { made: object } = await ask<{ made: { id: string } }>(subgraph, user, source, { input });
  return object.id;
}

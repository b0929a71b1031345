import { anIdentity } from '@cdx/access/testing';
import { connectDatabase, makeLogger, newId, type Database, type Identity, type Subgraph } from '@cdx/kit';
import { run, testDatabaseUrl } from '@cdx/kit/testing';
import type { ExecutionResult } from 'graphql';
import { PrismaClient, tables } from '@cdx/prisma-billing';
import type { Transaction } from './context.ts';
import { createSubgraph, settingsSchema } from './subgraph.ts';

/** The billing subgraph on the test run's database, which renews nothing by itself. */
export function aBillingSubgraph(): Subgraph {
  const settings = settingsSchema.parse({
    BILLING_DATABASE_URL: testDatabaseUrl('BILLING_DATABASE_URL'),
    // A day: tests renew at moments of their own.
    BILLING_RENEWAL_MINUTES: '1440',
  });
  return createSubgraph(settings, makeLogger('test', 'silent'));
}

/** The same database without the subgraph before it: for scheduled work, and for what gets round the resolvers. */
export function aBillingDatabase(): Database<Transaction> {
  return connectDatabase<Transaction>({
    name: 'billing',
    url: testDatabaseUrl('BILLING_DATABASE_URL'),
    replicaUrl: undefined,
    poolSize: 5,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
  });
}

/** Somebody new in a tenant that nobody else is in, so that what a test writes is seen by no other test. */
export function aUser(
  parts: Partial<Identity> = {},
): Identity & { readonly userId: string; readonly tenantId: string } {
  const tenantId = parts.tenantId ?? `t_${newId().replaceAll('-', '')}`;
  return { ...anIdentity({ role: 'admin', ...parts }), tenantId, userId: newId() };
}

/** Who writes in billing. */
export const biller = { ...anIdentity({ role: 'superadmin' }), userId: newId() };

/** A tenant that nobody else is in. */
export function aTenant(): string {
  return `t-${newId()}`;
}

/**
 * Runs one mutation as the biller and answers what it gives.
 * @param field the field with its arguments and its selection: `deletePlan(id: $id) { id }`
 * @param variables with their types: `{ 'id: ID!': '…' }`
 * @throws the first error
 */
export async function write(
  subgraph: Subgraph,
  field: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const types = Object.keys(variables).map((variable) => `$${variable}`);
  const values = Object.fromEntries(
    Object.entries(variables).map(([variable, value]) => [variable.replace(/:.*/, ''), value]),
  );
  const head = types.length > 0 ? `mutation (${types.join(', ')})` : 'mutation';
  const { data, errors } = await run(subgraph, biller, `${head} { made: ${field} }`, values);
  if (errors?.[0]) throw errors[0];
  return data?.made as Record<string, unknown>;
}

/** A new plan: by default 30.00 EUR a month without a trial. */
export async function aPlan(
  subgraph: Subgraph,
  parts: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const input = { name: 'Basic', amount: '30.00', currency: 'EUR', interval: 'MONTH', ...parts };
  const { id } = await write(subgraph, 'createPlan(input: $input) { id }', {
    'input: CreatePlanInput!': input,
  });
  return id as string;
}

/** A new subscription of a new customer, unless the test says whose. */
export async function aSubscription(
  subgraph: Subgraph,
  parts: Readonly<Record<string, unknown>> & { readonly tenantId: string; readonly planId: string },
): Promise<string> {
  const input = { customerId: newId(), ...parts };
  const { id } = await write(subgraph, 'createSubscription(input: $input) { id }', {
    'input: CreateSubscriptionInput!': input,
  });
  return id as string;
}

/** A new draft of one item, unless the test says more. */
export async function aDraft(
  subgraph: Subgraph,
  parts: Readonly<Record<string, unknown>> & { readonly tenantId: string },
): Promise<string> {
  const items = [{ description: 'Support', quantity: '2', unitPrice: '50.00' }];
  const input = { customerId: newId(), currency: 'EUR', items, ...parts };
  const { id } = await write(subgraph, 'createInvoice(input: $input) { id }', {
    'input: CreateInvoiceInput!': input,
  });
  return id as string;
}

/** A new open invoice of 100.00 EUR, unless the test says more. */
export async function anOpenInvoice(
  subgraph: Subgraph,
  parts: Readonly<Record<string, unknown>> & { readonly tenantId: string },
): Promise<string> {
  const id = await aDraft(subgraph, parts);
  await write(subgraph, 'openInvoice(id: $id) { id }', { 'id: ID!': id });
  return id;
}

/** Records a payment of an invoice: by default 100.00 EUR that have come. Answers what the mutation does. */
export function recordPayment(
  subgraph: Subgraph,
  invoiceId: string,
  input: Readonly<Record<string, unknown>> = {},
  idempotencyKey: string | null = null,
): Promise<ExecutionResult<Record<string, unknown>>> {
  const usual = { amount: '100.00', currency: 'EUR', method: 'card', provider: 'bank' };
  return run(
    subgraph,
    biller,
    `mutation ($input: RecordPaymentInput!, $key: String) { recordPayment(input: $input, idempotencyKey: $key) {
      id tenantId amount currency method status provider providerReference failureReason invoice { id status } } }`,
    { input: { invoiceId, ...usual, ...input }, key: idempotencyKey },
  );
}

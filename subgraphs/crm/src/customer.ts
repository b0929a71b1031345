import {
  asJson,
  conflict,
  given,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  hasWords,
  notFound,
  ofOwnTenant,
  parseInput,
  requireUser,
  tenantOf,
  tenantId,
  type Readable,
} from '@cdx/kit';
import { Customer as table, type CustomerRow } from '@cdx/prisma-crm/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  CustomerResolvers,
  InteractionResolvers,
  LeadResolvers,
  MutationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';

/** The customers of the caller's tenant; of all for a superadmin. */
export function readableCustomers(context: Context): Readable {
  return { table, order: { property: 'createdAt', direction: 'DESC' }, where: ofOwnTenant(context) };
}

const line = z.string().trim().max(255).nullish();
const addressInput = z.object({
  line1: line,
  line2: line,
  postalCode: z.string().trim().max(20).nullish(),
  city: line,
  region: line,
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters of ISO 3166-1')
    .nullish(),
});
const email = z.string().trim().toLowerCase().max(255).pipe(z.email('must be an e-mail address'));
const fields = {
  firstName: z.string().trim().max(100).nullish(),
  lastName: z.string().trim().max(100).nullish(),
  company: z.string().trim().max(255).nullish(),
  phone: z.string().trim().max(50).nullish(),
  address: addressInput.nullish(),
  source: z.string().trim().max(100).nullish(),
  tags: z
    .array(z.string().trim().min(1, 'must not be empty').max(50))
    .max(50)
    .transform((tags) => [...new Set(tags)])
    .nullish(),
  customFields: z.record(z.string(), z.unknown(), 'must be an object').nullish(),
};
const status = z.enum(['active', 'inactive', 'archived']);
const createInput = z.object({
  ...fields,
  tenantId: tenantId.nullish(),
  email,
  status: status.nullish().transform((value) => value ?? 'active'),
});
const updateInput = z.object({ ...fields, email: email.optional(), status: status.optional() });

export const query: QueryResolvers = {
  customer: (_, { id }, context) => loadCustomer(context, id),
  customers(_, { text, ...args }, context, info) {
    const { where, ...customers } = readableCustomers(context);
    const found = text == null ? sql`true` : hasWords(text, 'simple');
    return loadPage<CustomerRow>(
      context,
      { ...customers, where: sql`${where} and ${found}` },
      args,
      isSelected(info, 'totalCount'),
    );
  },
};

export const mutation: MutationResolvers = {
  async createCustomer(_, { input, idempotencyKey }, context) {
    const { tenantId: wanted, ...values } = parseInput(createInput, input);
    const id = idFor(context, 'createCustomer', idempotencyKey);
    const data = { id, tenantId: tenantOf(requireUser(context), wanted), ...stored(values) };
    const { count } = await context.db.write((tx) => tx.customer.createMany({ data, skipDuplicates: true }));
    const customer = await loadCustomer(context, id);
    // Nothing was made: by a repeated request, or because another customer has the address.
    if (count === 0 && !customer) throw taken();
    return customer;
  },

  async updateCustomer(_, { id, input }, context) {
    const found = await existingCustomer(context, id);
    const values = parseInput(updateInput, input);
    if (values.email !== undefined) await checkAddress(context, found, values.email);
    const data = stored(values);
    await context.db.write((tx) => tx.customer.updateMany({ where: { id }, data }));
    return existingCustomer(context, id);
  },

  async deleteCustomer(_, { id }, context) {
    await existingCustomer(context, id);
    const leads = await context.db.one(
      sql`select 1 from crm.leads t where t.customer_id = ${id}::uuid limit 1`,
    );
    if (leads) throw conflict('A customer with leads is archived, not deleted', { field: 'id' });
    await context.db.write((tx) => tx.customer.deleteMany({ where: { id } }));
    return id;
  },
};

export const customer: CustomerResolvers = {
  __resolveReference: ({ id }, context) => loadCustomer(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  address: ({ address }) => storedAddress.parse(address),
  tags: ({ tags }) => storedTags.parse(tags),
};

export const lead: LeadResolvers = {
  customer: ({ customerId }, _, context) => existingCustomer(context, customerId),
};

export const interaction: InteractionResolvers = {
  customer: ({ customerId }, _, context) => existingCustomer(context, customerId),
};

const storedTags = z.array(z.string());
const storedAddress = z.record(z.string(), z.string().nullable());

/** The customer with that id, if the caller may see it. */
function loadCustomer(context: Context, id: string): Promise<CustomerRow | null> {
  return loadEntity<CustomerRow>(context, readableCustomers(context), id);
}

/** @throws NOT_FOUND when the caller sees no such customer */
export async function existingCustomer(context: Context, id: string): Promise<CustomerRow> {
  const found = await loadCustomer(context, id);
  if (!found) throw notFound('Customer', id);
  return found;
}

type JsonFields = Pick<z.output<typeof updateInput>, 'address' | 'tags' | 'customFields'>;

/** The input as columns: what is absent stays as it is, and a list or an object that is null is emptied. */
function stored<Input extends JsonFields>({ address, tags, customFields, ...values }: Input) {
  return {
    ...given(values),
    ...(address === undefined ? {} : { address: asJson(address ?? {}) }),
    ...(tags === undefined ? {} : { tags: asJson(tags ?? []) }),
    ...(customFields === undefined ? {} : { customFields: asJson(customFields ?? {}) }),
  };
}

/** @throws CONFLICT when another customer of the tenant has the address */
async function checkAddress({ db }: Context, { id, tenantId: tenant }: CustomerRow, address: string) {
  const other = await db.one(
    sql`select 1 from crm.customers t where t.tenant_id = ${tenant} and t.email = ${address} and t.id <> ${id}::uuid`,
  );
  if (other) throw taken();
}

function taken(): Error {
  return conflict('Another customer of the tenant has this address', { field: 'input.email' });
}

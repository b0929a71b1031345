import {
  asJson,
  badInput,
  conflict,
  given,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  ofOwnTenant,
  parseInput,
  requireUser,
  uuid,
  type Connection,
  type PageArguments,
  type Readable,
} from '@cdx/kit';
import { Interaction as table, type InteractionRow } from '@cdx/prisma-crm/tables';
import type { GraphQLResolveInfo } from 'graphql';
import { z } from 'zod';
import type {
  CustomerResolvers,
  InteractionResolvers,
  LeadResolvers,
  MutationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { existingCustomer } from './customer.ts';
import { existingLead } from './lead.ts';

/** The interactions of the caller's tenant; of all for a superadmin. */
export function readableInteractions(context: Context): Readable {
  return { table, order: { property: 'occurredAt', direction: 'DESC' }, where: ofOwnTenant(context) };
}

const subject = z.string().trim().min(1, 'must not be empty').max(255);
const fields = {
  leadId: uuid.nullish(),
  content: z.string().max(100_000).nullish(),
  scheduledAt: z.date().nullish(),
};
const metadata = z.record(z.string(), z.unknown(), 'must be an object');
const createInput = z
  .object({
    ...fields,
    customerId: uuid,
    type: z.enum(['email', 'call', 'meeting', 'note']),
    subject,
    userId: uuid.nullish(),
    completedAt: z.date().nullish(),
    metadata: metadata.nullish(),
  })
  .superRefine(({ type, ...times }, issues) => {
    for (const property of ['scheduledAt', 'completedAt'] as const) {
      if (type === 'note' && times[property] != null)
        issues.addIssue({ code: 'custom', path: [property], message: 'must be left out of a note' });
    }
  });
const updateInput = z.object({ ...fields, subject: subject.optional(), metadata: metadata.optional() });

export const query: QueryResolvers = {
  interaction: (_, { id }, context) => loadInteraction(context, id),
  interactions: (_, args, context, info) =>
    loadPage<InteractionRow>(context, readableInteractions(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createInteraction(_, { input, idempotencyKey }, context) {
    const caller = requireUser(context);
    const { metadata: details, userId, completedAt, ...values } = parseInput(createInput, input);
    const { tenantId } = await existingCustomer(context, values.customerId);
    await checkLead(context, values.leadId, values.customerId);
    const isPlanned = values.type === 'note' || values.scheduledAt != null;
    const data = {
      ...given(values),
      id: idFor(context, 'createInteraction', idempotencyKey),
      tenantId,
      userId: userId ?? caller.userId,
      completedAt: completedAt ?? (isPlanned ? null : new Date()),
      metadata: asJson(details ?? {}),
    };
    await context.db.write((tx) =>
      tx.interaction.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existingInteraction(context, data.id);
  },

  async updateInteraction(_, { id, input }, context) {
    const interaction = await existingInteraction(context, id);
    const { metadata: changed, ...values } = parseInput(updateInput, input);
    checkReschedule(interaction, values.scheduledAt);
    await checkLead(context, values.leadId, interaction.customerId);
    const data = { ...given(values), ...(changed ? { metadata: asJson(changed) } : {}) };
    await context.db.write((tx) => tx.interaction.updateMany({ where: { id }, data }));
    return existingInteraction(context, id);
  },

  async completeInteraction(_, { id, completedAt }, context) {
    const { type } = await existingInteraction(context, id);
    if (type === 'note') throw conflict('A note is not planned, so it is not completed', { field: 'id' });
    const data = { completedAt: completedAt == null ? new Date() : new Date(completedAt) };
    const { count } = await context.db.write((tx) =>
      tx.interaction.updateMany({ where: { id, completedAt: null }, data }),
    );
    if (count === 0) throw conflict('The interaction is completed already', { field: 'id' });
    return existingInteraction(context, id);
  },

  async deleteInteraction(_, { id }, context) {
    await existingInteraction(context, id);
    await context.db.write((tx) => tx.interaction.deleteMany({ where: { id } }));
    return id;
  },
};

export const interaction: InteractionResolvers = {
  __resolveReference: ({ id }, context) => loadInteraction(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  user: ({ userId: id }) => (id === null ? null : { id }),
};

export const customer: CustomerResolvers = {
  interactions: ({ id }, args, context, info) => interactionsOf(context, 'customerId', id, args, info),
};

export const lead: LeadResolvers = {
  interactions: ({ id }, args, context, info) => interactionsOf(context, 'leadId', id, args, info),
};

function interactionsOf(
  context: Context,
  parent: 'customerId' | 'leadId',
  id: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
): Promise<Connection<InteractionRow>> {
  const interactions = { ...readableInteractions(context), parent };
  const withTotal = isSelected(info, 'totalCount');
  return loadChildPage(context, `Interaction.${parent}`, interactions, id, args, withTotal);
}

function loadInteraction(context: Context, id: string): Promise<InteractionRow | null> {
  return loadEntity<InteractionRow>(context, readableInteractions(context), id);
}

async function existingInteraction(context: Context, id: string): Promise<InteractionRow> {
  const found = await loadInteraction(context, id);
  if (!found) throw notFound('Interaction', id);
  return found;
}

/** @throws NOT_FOUND when there is no such lead, BAD_USER_INPUT when it is another customer's */
async function checkLead(context: Context, id: string | null | undefined, customerId: string): Promise<void> {
  if (id == null) return;
  const found = await existingLead(context, id);
  if (found.customerId !== customerId) throw badInput('input.leadId', 'a lead of the interaction’s customer');
}

/** What is planned may be put off, and not unplanned; the rest is over. */
function checkReschedule({ type, completedAt }: InteractionRow, scheduledAt: Date | null | undefined): void {
  const field = 'input.scheduledAt';
  if (scheduledAt === undefined) return;
  if (type === 'note') throw badInput(field, 'left out of a note');
  if (completedAt !== null) throw conflict('What is completed is no longer rescheduled', { field });
  if (scheduledAt === null) throw badInput(field, 'a time, or left out: delete what is no longer planned');
}

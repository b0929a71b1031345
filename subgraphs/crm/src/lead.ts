import {
  amount,
  badInput,
  conflict,
  currency,
  given,
  hasWords,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  ofOwnTenant,
  parseInput,
  uuid,
  type Connection,
  type PageArguments,
  type Readable,
} from '@cdx/kit';
import { Lead as table, type LeadRow, type PipelineRow } from '@cdx/prisma-crm/tables';
import type { GraphQLResolveInfo } from 'graphql';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  CustomerResolvers,
  InteractionResolvers,
  LeadResolvers,
  LeadStage,
  MutationResolvers,
  PipelineResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { existingCustomer } from './customer.ts';
import { loadDefaultPipeline, loadPipeline } from './pipeline.ts';
import { existingPlace, leadStages, placeIn, probabilityInput, stagesOf, type Place } from './stages.ts';

/** The leads of the caller's tenant; of all for a superadmin. */
export function readableLeads(context: Context): Readable {
  return { table, order: { property: 'createdAt', direction: 'DESC' }, where: ofOwnTenant(context) };
}

const fields = {
  title: z.string().trim().min(1, 'must not be empty').max(255),
  value: amount,
  currency,
  probability: probabilityInput,
};
const optional = {
  pipelineId: uuid.nullish(),
  description: z.string().max(10_000).nullish(),
  expectedCloseDate: z
    .string()
    .transform((day) => new Date(day))
    .nullish(),
  assignedTo: uuid.nullish(),
  source: z.string().trim().max(100).nullish(),
};
const createInput = z.object({
  ...optional,
  ...fields,
  customerId: uuid,
  value: amount.nullish().transform((value) => value ?? '0'),
  probability: probabilityInput.nullish(),
  stage: z
    .enum(leadStages)
    .exclude(['closed'], 'must be an open stage; a lead is closed by moveLead')
    .nullish(),
});
const updateInput = z.object({ ...optional, ...z.object(fields).partial().shape });

export const query: QueryResolvers = {
  lead: (_, { id }, context) => loadLead(context, id),
  leads(_, { text, ...args }, context, info) {
    const { where, ...leads } = readableLeads(context);
    const found = text == null ? sql`true` : hasWords(text, 'english');
    return loadPage<LeadRow>(
      context,
      { ...leads, where: sql`${where} and ${found}` },
      args,
      isSelected(info, 'totalCount'),
    );
  },
};

export const mutation: MutationResolvers = {
  async createLead(_, { input, idempotencyKey }, context) {
    const { customerId, pipelineId, stage, probability, ...values } = parseInput(createInput, input);
    const { tenantId } = await existingCustomer(context, customerId);
    const pipeline =
      pipelineId == null
        ? await loadDefaultPipeline(context, tenantId)
        : await pipelineOf(context, tenantId, pipelineId);
    const place = startIn(pipeline, stage ?? null);
    const data = {
      ...given(values),
      id: idFor(context, 'createLead', idempotencyKey),
      tenantId,
      customerId,
      pipelineId: pipeline?.id ?? null,
      stage: place.stage,
      probability: probability ?? place.probability,
    };
    await context.db.write((tx) => tx.lead.createMany({ data, skipDuplicates: idempotencyKey != null }));
    return existingLead(context, data.id);
  },

  async updateLead(_, { id, input }, context) {
    const lead = await existingLead(context, id);
    const { pipelineId, ...values } = parseInput(updateInput, input);
    if (lead.stage === 'closed' && values.probability !== undefined)
      throw conflict('A closed lead keeps its probability; reopen it first', { field: 'input.probability' });
    if (pipelineId != null && pipelineId !== lead.pipelineId) {
      const pipeline = await pipelineOf(context, lead.tenantId, pipelineId);
      if (!placeIn(pipeline, lead.stage))
        throw badInput('input.pipelineId', `a pipeline with the stage ${lead.stage.toUpperCase()}`);
    }
    const data = { ...given(values), ...(pipelineId === undefined ? {} : { pipelineId }) };
    // A change of the pipeline or the probability is meant for the stage that was read.
    const where = { id, stage: lead.stage };
    const { count } = await context.db.write((tx) => tx.lead.updateMany({ where, data }));
    if (count === 0) throw conflict('The lead has been moved meanwhile; read it again', { field: 'id' });
    return existingLead(context, id);
  },

  async deleteLead(_, { id }, context) {
    await existingLead(context, id);
    await context.db.write((tx) => tx.lead.deleteMany({ where: { id } }));
    return id;
  },
};

export const lead: LeadResolvers = {
  __resolveReference: ({ id }, context) => loadLead(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  assignedTo: ({ assignedTo: id }) => (id === null ? null : { id }),
  outcome: ({ stage, lostReason }) => (stage === 'closed' ? (lostReason === null ? 'won' : 'lost') : null),
};

type Parent = 'customerId' | 'pipelineId' | 'assignedTo';

export const customer: CustomerResolvers = {
  leads: ({ id }, args, context, info) => leadsOf(context, 'customerId', id, args, info),
};

export const pipeline: PipelineResolvers = {
  leads: ({ id }, args, context, info) => leadsOf(context, 'pipelineId', id, args, info),
};

export const user: UserResolvers = {
  assignedLeads: ({ id }, args, context, info) => leadsOf(context, 'assignedTo', id, args, info),
};

export const interaction: InteractionResolvers = {
  lead: ({ leadId }, _, context) => (leadId === null ? null : loadLead(context, leadId)),
};

function leadsOf(
  context: Context,
  parent: Parent,
  id: string,
  args: PageArguments,
  info: GraphQLResolveInfo,
): Promise<Connection<LeadRow>> {
  const leads = { ...readableLeads(context), parent };
  return loadChildPage(context, `Lead.${parent}`, leads, id, args, isSelected(info, 'totalCount'));
}

function loadLead(context: Context, id: string): Promise<LeadRow | null> {
  return loadEntity<LeadRow>(context, readableLeads(context), id);
}

/** @throws NOT_FOUND when the caller sees no such lead */
export async function existingLead(context: Context, id: string): Promise<LeadRow> {
  const found = await loadLead(context, id);
  if (!found) throw notFound('Lead', id);
  return found;
}

/** The pipeline, when it is of the tenant: a superadmin sees those of others too. */
async function pipelineOf(context: Context, tenantId: string, id: string): Promise<PipelineRow> {
  const found = await loadPipeline(context, id);
  if (found?.tenantId !== tenantId) throw notFound('Pipeline', id);
  return found;
}

/** Where a new lead begins: at the stage that is asked for, or the first that is open. */
function startIn(pipeline: PipelineRow | null, wanted: LeadStage | null): Place {
  if (!pipeline) return { stage: wanted ?? 'prospect', probability: 0 };
  if (wanted !== null) return existingPlace(pipeline, wanted, 'input.stage');
  const first = stagesOf(pipeline.stages).find(({ stage }) => stage !== 'closed');
  if (!first) throw badInput('input.pipelineId', 'a pipeline with an open stage');
  return first;
}

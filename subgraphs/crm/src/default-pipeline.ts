import { asJson, idFor, parseInput, tenantId } from '@cdx/kit';
import type { MutationResolvers } from '../generated/resolvers.ts';
import { makePipeline, refuseWithLeads } from './pipeline.ts';
import type { Stage } from './stages.ts';

/** The pipeline that a new tenant begins with, and changes as it likes. */
const name = 'Sales';
const stages: readonly Stage[] = [
  { stage: 'prospect', name: 'Prospect', order: 10, probability: 10 },
  { stage: 'qualified', name: 'Qualified', order: 20, probability: 25 },
  { stage: 'proposal', name: 'Proposal', order: 30, probability: 50 },
  { stage: 'negotiation', name: 'Negotiation', order: 40, probability: 75 },
  { stage: 'closed', name: 'Closed', order: 50, probability: 100 },
];

export const mutation: MutationResolvers = {
  createDefaultPipeline(_, { tenantId: tenant, idempotencyKey }, context) {
    const id = idFor(context, 'createDefaultPipeline', idempotencyKey);
    const data = { id, tenantId: parseInput(tenantId, tenant, 'tenantId'), name, stages: asJson(stages) };
    return makePipeline(context, data, { isDefault: false, isRepeatable: true });
  },

  async deleteDefaultPipeline(_, { tenantId: tenant, idempotencyKey }, context) {
    const id = idFor(context, 'createDefaultPipeline', idempotencyKey);
    await refuseWithLeads(context, id);
    await context.db.write((tx) => tx.pipeline.deleteMany({ where: { id, tenantId: tenant } }));
    return id;
  },
};

import { badInput, conflict, parseInput } from '@cdx/kit';
import type { LeadRow } from '@cdx/prisma-crm/tables';
import type { Prisma } from '@cdx/prisma-crm';
import { z } from 'zod';
import type { LeadStage, MutationResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { existingLead } from './lead.ts';
import { loadPipeline } from './pipeline.ts';
import { existingPlace, probabilityInput } from './stages.ts';

const lostReasonInput = z.string().trim().min(1, 'must not be empty').max(1_000);

export const mutation: MutationResolvers = {
  async moveLead(_, { id, stage, expectedStage, ...given }, context) {
    const lead = await existingLead(context, id);
    if (expectedStage != null && expectedStage !== lead.stage) throw moved(lead.stage, 'expectedStage');
    if (lead.stage === 'closed')
      throw conflict('The lead is closed; reopenLead opens it again', { field: 'id' });
    if (lead.stage === stage) throw moved(stage, 'stage');
    const lostReason =
      given.lostReason == null ? null : parseInput(lostReasonInput, given.lostReason, 'lostReason');
    const probability = parseProbability(given.probability);
    if (stage === 'closed') return change(context, lead, closing(lostReason, probability));
    if (lostReason !== null) throw badInput('lostReason', 'left out: the lead stays open');
    return change(context, lead, await opening(context, lead, stage, probability));
  },

  async reopenLead(_, { id, stage, probability }, context) {
    const lead = await existingLead(context, id);
    if (lead.stage !== 'closed') throw conflict('The lead is open', { field: 'id' });
    if (stage === 'closed') throw badInput('stage', 'an open stage');
    return change(context, lead, await opening(context, lead, stage, parseProbability(probability)));
  },
};

type Changes = Pick<Prisma.LeadUpdateManyMutationInput, 'stage' | 'probability' | 'lostReason' | 'closedAt'>;

function parseProbability(given: number | null | undefined): number | null {
  return given == null ? null : parseInput(probabilityInput, given, 'probability');
}

/** A closed lead is won with a probability of 100, or lost for a reason with one of 0. */
function closing(lostReason: string | null, probability: number | null): Changes {
  if (probability === 0 && lostReason === null)
    throw badInput('lostReason', 'given, since a probability of 0 means that the lead is lost');
  const certain = lostReason === null ? 100 : 0;
  if (probability !== null && probability !== certain)
    throw badInput('probability', `${certain}, or left out: the lead is ${certain === 0 ? 'lost' : 'won'}`);
  return { stage: 'closed', probability: certain, lostReason, closedAt: new Date() };
}

/** An open stage that the lead's pipeline has, with its probability unless another is given. */
async function opening(
  context: Context,
  lead: LeadRow,
  stage: LeadStage,
  probability: number | null,
): Promise<Changes> {
  const pipeline = lead.pipelineId === null ? null : await loadPipeline(context, lead.pipelineId);
  const usual = pipeline ? existingPlace(pipeline, stage, 'stage').probability : openProbability(lead);
  return { stage, probability: probability ?? usual, lostReason: null, closedAt: null };
}

/** Without a pipeline nobody says how likely a stage is: an open lead keeps what it has, one that was closed begins anew. */
const openProbability = ({ stage, probability }: LeadRow): number => (stage === 'closed' ? 0 : probability);

/** Changes the lead from the stage that was read; of two that try at once one succeeds. */
async function change(context: Context, { id, stage }: LeadRow, data: Changes): Promise<LeadRow> {
  const { count } = await context.db.write((tx) => tx.lead.updateMany({ where: { id, stage }, data }));
  const lead = await existingLead(context, id);
  if (count === 0) throw moved(lead.stage, 'id');
  return lead;
}

function moved(stage: LeadStage, field: string): Error {
  return conflict(`The lead is at the stage ${stage.toUpperCase()} by now; read it again`, { field });
}

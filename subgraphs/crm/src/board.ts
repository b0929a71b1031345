import { badInput, loadChildPage, requireUser, isSelected } from '@cdx/kit';
import type { LeadRow, PipelineRow } from '@cdx/prisma-crm/tables';
import sql from 'sql-template-tag';
import type {
  CrmBoardColumnResolvers,
  CrmBoardResolvers,
  LeadStage,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { readableLeads } from './lead.ts';
import { existingPipeline, loadDefaultPipeline } from './pipeline.ts';
import { leadStages, stagesOf } from './stages.ts';

/** A pipeline as a board. */
export interface Board {
  readonly pipeline: PipelineRow;
  /** How many leads each column shows. */
  readonly first: number;
}

/** A stage of a board. */
export interface Column extends Board {
  readonly stage: LeadStage;
  readonly name: string;
}

/** The leads of a pipeline that are at one stage and have one currency. */
interface Figures {
  readonly stage: LeadStage;
  readonly currency: string;
  readonly count: number;
  readonly value: string;
  readonly weightedValue: string;
}

export const query: QueryResolvers = {
  async crmBoard(_, { pipelineId, first }, context) {
    const pipeline =
      pipelineId == null ? await ownDefault(context) : await existingPipeline(context, pipelineId);
    return pipeline && { pipeline, first };
  },
};

export const board: CrmBoardResolvers = {
  columns({ pipeline, first }) {
    const stages = stagesOf(pipeline.stages).map(({ stage, name }) => ({ stage, name }));
    if (!stages.some(({ stage }) => stage === 'closed')) stages.push({ stage: 'closed', name: 'Closed' });
    return stages.map((stage) => ({ ...stage, pipeline, first }));
  },
};

export const column: CrmBoardColumnResolvers = {
  count: async (parent, _, context) =>
    (await figuresOf(context, parent)).reduce((sum, { count }) => sum + count, 0),
  values: async (parent, _, context) =>
    (await figuresOf(context, parent)).map(({ currency, value: amount }) => ({ currency, amount })),
  weightedValues: async (parent, _, context) =>
    (await figuresOf(context, parent)).map(({ currency, weightedValue: amount }) => ({ currency, amount })),
  leads({ pipeline: { id }, stage, first }, _, context, info) {
    // By the pipeline alone, which is the caller's to see: with the tenant beside it the planner expects far fewer rows.
    const where = sql`t.pipeline_id = ${id}::uuid`;
    const leads = { ...readableLeads(context), where, parent: 'stageNumber' };
    const number = String(leadStages.indexOf(stage) + 1);
    // One statement for all columns: a pipeline's name its loader, a column its key.
    return loadChildPage<LeadRow>(
      context,
      `CrmBoard.${id}`,
      leads,
      number,
      { first },
      isSelected(info, 'totalCount'),
    );
  },
};

/** The default pipeline of the caller's tenant, if it has any. */
function ownDefault(context: Context): Promise<PipelineRow | null> {
  const { tenantId } = requireUser(context);
  if (tenantId === null) throw badInput('pipelineId', 'given, since you belong to no tenant');
  return loadDefaultPipeline(context, tenantId);
}

/** A column's leads, counted and summed by currency; those of all columns of a pipeline are read at once. */
async function figuresOf({ db, loaders }: Context, { pipeline, stage }: Column): Promise<readonly Figures[]> {
  const { id, tenantId } = pipeline;
  const loader = loaders.get<string, readonly Figures[]>(`CrmBoard.figures(${tenantId})`, async (ids) => {
    // By the tenant too, which the index that holds all of this begins with.
    const rows = await db.many<Figures & { readonly pipelineId: string }>(
      sql`select t.pipeline_id as "pipelineId", t.stage, t.currency, count(*)::int as count,
          sum(t.value)::text as value, sum(t.weighted_value)::text as "weightedValue"
        from crm.leads t where t.tenant_id = ${tenantId} and t.pipeline_id = any(${[...ids]}::uuid[])
        group by 1, 2, 3 order by 1, 2, 3`,
    );
    const byPipeline = Map.groupBy(rows, ({ pipelineId }) => pipelineId);
    return ids.map((key) => byPipeline.get(key) ?? []);
  });
  return (await loader.load(id)).filter((row) => row.stage === stage);
}

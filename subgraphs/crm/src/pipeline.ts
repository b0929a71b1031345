import {
  asJson,
  conflict,
  given,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  ofOwnTenant,
  parseInput,
  requireUser,
  selectColumns,
  tenantOf,
  tenantId,
  type Readable,
} from '@cdx/kit';
import { Pipeline as table, type PipelineRow } from '@cdx/prisma-crm/tables';
import type { Prisma } from '@cdx/prisma-crm';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  LeadResolvers,
  LeadStage,
  MutationResolvers,
  PipelineResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { stagesInput, stagesOf } from './stages.ts';

/** The pipelines of the caller's tenant; of all for a superadmin. */
function readablePipelines(context: Context): Readable {
  return { table, order: { property: 'name', direction: 'ASC' }, where: ofOwnTenant(context) };
}

const name = z.string().trim().min(1, 'must not be empty').max(255);
const createInput = z.object({
  tenantId: tenantId.nullish(),
  name,
  stages: stagesInput,
  isDefault: z.boolean().nullish(),
});
const updateInput = z.object({ name: name.optional(), stages: stagesInput.optional() });

export const query: QueryResolvers = {
  pipeline: (_, { id }, context) => loadPipeline(context, id),
  pipelines: (_, args, context, info) =>
    loadPage<PipelineRow>(context, readablePipelines(context), args, isSelected(info, 'totalCount')),
};

/** Why the lock of a tenant's default needs no entry. */
const unaudited = 'A lock changes nothing.';

export const mutation: MutationResolvers = {
  async createPipeline(_, { input, idempotencyKey }, context) {
    const { tenantId: wanted, stages, isDefault, ...values } = parseInput(createInput, input);
    const id = idFor(context, 'createPipeline', idempotencyKey);
    const tenant = tenantOf(requireUser(context), wanted);
    const data = { id, tenantId: tenant, ...values, stages: asJson(stages) };
    return makePipeline(context, data, {
      isDefault: isDefault === true,
      isRepeatable: idempotencyKey != null,
    });
  },

  async updatePipeline(_, { id, input }, context) {
    await existingPipeline(context, id);
    const { stages, ...values } = parseInput(updateInput, input);
    if (stages)
      await keepStagesInUse(
        context,
        id,
        stages.map(({ stage }) => stage),
      );
    const data = { ...given(values), ...(stages ? { stages: asJson(stages) } : {}) };
    await context.db.write((tx) => tx.pipeline.updateMany({ where: { id }, data }));
    return existingPipeline(context, id);
  },

  async makeDefaultPipeline(_, { id }, context) {
    const { tenantId: tenant } = await existingPipeline(context, id);
    await context.db.write(
      async (tx) => {
        await lockDefault(tx, tenant);
        await switchDefault(tx, tenant, id);
      },
      { unaudited },
    );
    return existingPipeline(context, id);
  },

  async deletePipeline(_, { id }, context) {
    await existingPipeline(context, id);
    await refuseWithLeads(context, id);
    const { count } = await context.db.write((tx) =>
      tx.pipeline.deleteMany({ where: { id, isDefault: false } }),
    );
    if (count === 0)
      throw conflict('The default pipeline cannot be deleted; make another the default first', {
        field: 'id',
      });
    return id;
  },
};

export const pipeline: PipelineResolvers = {
  __resolveReference: ({ id }, context) => loadPipeline(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
  stages: ({ stages }) => stagesOf(stages),
};

export const lead: LeadResolvers = {
  pipeline: ({ pipelineId }, _, context) => (pipelineId === null ? null : loadPipeline(context, pipelineId)),
};

/** The pipeline with that id, if the caller may see it. */
export function loadPipeline(context: Context, id: string): Promise<PipelineRow | null> {
  return loadEntity<PipelineRow>(context, readablePipelines(context), id);
}

/** The pipeline that a tenant's leads go into when nobody names one, if the tenant has any. */
export async function loadDefaultPipeline({ db }: Context, tenant: string): Promise<PipelineRow | null> {
  const found = await db.one<PipelineRow>(
    sql`select ${selectColumns('postgres', table)} from crm.pipelines t where t.tenant_id = ${tenant} and t.is_default`,
  );
  return found ?? null;
}

/** @throws NOT_FOUND when the caller sees no such pipeline */
export async function existingPipeline(context: Context, id: string): Promise<PipelineRow> {
  const found = await loadPipeline(context, id);
  if (!found) throw notFound('Pipeline', id);
  return found;
}

/** How a pipeline is made. */
interface Making {
  /** Whether it takes the place of the default that there is. */
  readonly isDefault: boolean;
  /** Whether one that is there by its id already is that which is asked for. */
  readonly isRepeatable: boolean;
}

/** Makes a pipeline, the first of its tenant as the default. */
export async function makePipeline(
  context: Context,
  data: Prisma.PipelineCreateManyInput & { readonly id: string },
  { isDefault, isRepeatable }: Making,
): Promise<PipelineRow> {
  const { id, tenantId: tenant } = data;
  await context.db.write(
    async (tx) => {
      await lockDefault(tx, tenant);
      const { count } = await tx.pipeline.createMany({ data, skipDuplicates: isRepeatable });
      if (count === 0) return;
      const others = await tx.pipeline.count({ where: { tenantId: tenant, isDefault: true } });
      if (isDefault || others === 0) await switchDefault(tx, tenant, id);
    },
    { unaudited },
  );
  return existingPipeline(context, id);
}

/** @throws CONFLICT when there are leads in the pipeline */
export async function refuseWithLeads({ db }: Context, id: string): Promise<void> {
  const leads = await db.one(sql`select 1 from crm.leads t where t.pipeline_id = ${id}::uuid limit 1`);
  if (leads) throw conflict('A pipeline with leads cannot be deleted; move them first', { field: 'id' });
}

/** Lets one transaction at a time decide which pipeline of a tenant is the default; the others wait, and then see it. */
async function lockDefault(tx: Prisma.TransactionClient, tenant: string): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtextextended(${`crm default pipeline ${tenant}`}, 0))`;
}

/** The former default goes first: the index that keeps it one allows no moment with two. */
async function switchDefault(tx: Prisma.TransactionClient, tenant: string, id: string): Promise<void> {
  await tx.pipeline.updateMany({
    where: { tenantId: tenant, isDefault: true, id: { not: id } },
    data: { isDefault: false },
  });
  await tx.pipeline.updateMany({ where: { id }, data: { isDefault: true } });
}

/** @throws CONFLICT when open leads of the pipeline are at a stage that is not among the given */
async function keepStagesInUse({ db }: Context, id: string, stages: readonly LeadStage[]): Promise<void> {
  const lost = await db.one<{ readonly stage: LeadStage }>(
    sql`select t.stage from crm.leads t where t.pipeline_id = ${id}::uuid
      and t.stage <> 'closed' and t.stage <> all(${[...stages]}::crm.lead_stage[]) limit 1`,
  );
  if (lost)
    throw conflict(`Leads are at the stage ${lost.stage.toUpperCase()}; move them first`, {
      field: 'input.stages',
    });
}

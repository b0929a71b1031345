import {
  amount,
  asJson,
  conflict,
  currency,
  given,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireUser,
  type Readable,
} from '@cdx/kit';
import { Plan as table, type PlanRow } from '@cdx/prisma-billing/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { MutationResolvers, PlanResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { line, requireBiller } from './inputs.ts';
import { exact } from './money.ts';

/** Plans are the same for all who may read billing. */
function readablePlans(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'name', direction: 'ASC' } };
}

const fields = {
  name: line(255),
  description: z.string().max(10_000).nullish(),
  amount,
  currency,
  interval: z.enum(['month', 'year']),
  intervalCount: z.int().min(1, 'must be 1 to 120').max(120, 'must be 1 to 120'),
  trialPeriodDays: z.int().min(0, 'must be 0 to 730').max(730, 'must be 0 to 730'),
  features: z.array(line(200)).max(100, 'must be at most 100 features'),
};
const createInput = z.object({
  ...fields,
  intervalCount: fields.intervalCount.nullish().transform((count) => count ?? 1),
  trialPeriodDays: fields.trialPeriodDays.nullish().transform((days) => days ?? 0),
  features: fields.features.nullish().transform((features) => features ?? []),
});
const updateInput = z.object({ ...fields, isActive: z.boolean() }).partial();

export const query: QueryResolvers = {
  plan: (_, { id }, context) => loadPlan(context, id),
  plans: (_, args, context, info) =>
    loadPage<PlanRow>(context, readablePlans(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async createPlan(_, { input, idempotencyKey }, context) {
    requireBiller(context);
    const { features, description, ...values } = parseInput(createInput, input);
    const id = idFor(context, 'createPlan', idempotencyKey);
    const data = { id, ...values, description: description ?? null, features: asJson(features) };
    await context.db.write((tx) => tx.plan.createMany({ data, skipDuplicates: idempotencyKey != null }));
    return existingPlan(context, id);
  },

  async updatePlan(_, { id, input }, context) {
    requireBiller(context);
    const { features, ...values } = parseInput(updateInput, input);
    const stored = await existingPlan(context, id);
    if (changesPrice(stored, values) && (await hasSubscribers(context, id))) {
      throw conflict('This plan has subscribers, who have agreed to its price; make another plan', {
        field: 'input',
      });
    }
    const data = { ...given(values), ...(features ? { features: asJson(features) } : {}) };
    await context.db.write((tx) => tx.plan.updateMany({ where: { id }, data }));
    return existingPlan(context, id);
  },
};

export const plan: PlanResolvers = {
  __resolveReference: ({ id }, context) => loadPlan(context, id),
  features: ({ features }) => features as readonly string[],
};

/** The plan with that id. */
export function loadPlan(context: Context, id: string): Promise<PlanRow | null> {
  return loadEntity<PlanRow>(context, readablePlans(context), id);
}

async function existingPlan(context: Context, id: string): Promise<PlanRow> {
  const found = await loadPlan(context, id);
  if (!found) throw notFound('Plan', id);
  return found;
}

/** What makes the price, as the database keeps it once there are subscribers. */
function changesPrice(stored: PlanRow, changed: z.output<typeof updateInput>): boolean {
  const { amount: price = stored.amount, ...terms } = changed;
  return (
    !exact(price).equals(stored.amount) ||
    (['currency', 'interval', 'intervalCount'] as const).some(
      (property) => (terms[property] ?? stored[property]) !== stored[property],
    )
  );
}

async function hasSubscribers(context: Context, id: string): Promise<boolean> {
  const row = await context.db.one<{ readonly found: boolean }>(
    sql`select exists (select from billing.subscriptions where plan_id = ${id}::uuid) as found`,
  );
  return row?.found === true;
}

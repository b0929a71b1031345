import { isSelected, loadEntity, loadPage, notFound, type Readable } from '@cdx/kit';
import { Saga as table, type SagaRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type { QueryResolvers, SagaResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { requireOperator } from './operator.ts';
import { loadTenant } from './tenant.ts';

/** For superadmins: a saga changes what belongs to the platform as a whole. */
function readableSagas(context: Context): Readable {
  requireOperator(context);
  return { table, order: { property: 'createdAt', direction: 'DESC' } };
}

/** A saga, with the number that who holds it writes with. */
export type HeldSaga = Omit<SagaRow, 'fence'> & { readonly fence: number | null };

/** The steps of a saga as its journal has them. */
export const journalledSteps = z
  .array(
    z.object({
      name: z.string().min(1, 'must not be empty').max(50),
      service: z.string().min(1, 'must not be empty').max(50),
      state: z.enum(['pending', 'running', 'done', 'failed', 'undoing', 'undone']),
      attempts: z.int().min(0, 'must be 0 or more'),
      at: z.iso.datetime('must be a moment').nullable(),
      /** What later steps need to know of this one. */
      kept: z.unknown().optional(),
    }),
  )
  .min(1, 'must have at least one step')
  .max(50, 'must be at most 50');

/** Why a saga was undone, or waits. */
export const journalledError = z.object({
  step: z.string().min(1, 'must not be empty').max(50),
  code: z.string().min(1, 'must not be empty').max(50),
  message: z.string().max(10_000),
});

export const query: QueryResolvers = {
  saga: (_, { id }, context) => loadSaga(context, id),
  sagas: (_, args, context, info) =>
    loadPage<SagaRow>(context, readableSagas(context), args, isSelected(info, 'totalCount')),
};

export const saga: SagaResolvers = {
  __resolveReference: ({ id }, context) => loadSaga(context, id),
  tenant: ({ tenantId }, _, context) => (tenantId === null ? null : loadTenant(context, tenantId)),
  requestedBy: ({ requestedBy: id }) => ({ id }),
  // Checked when they were written; the database holds no others.
  steps: ({ steps }) =>
    journalledSteps
      .parse(steps)
      .map((step) => ({ ...step, at: step.at === null ? null : new Date(step.at) })),
  error: ({ error }) => journalledError.safeParse(error).data ?? null,
};

/** The saga with that id, if the caller may see it. */
export function loadSaga(context: Context, id: string): Promise<SagaRow | null> {
  return loadEntity<SagaRow>(context, readableSagas(context), id);
}

/** @throws NOT_FOUND when the caller sees no such saga */
export async function existingSaga(context: Context, id: string): Promise<SagaRow> {
  const found = await loadSaga(context, id);
  if (!found) throw notFound('Saga', id);
  return found;
}

import {
  asJson,
  conflict,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  newId,
  parseInput,
  requireUser,
  selectColumns,
  type Readable,
} from '@cdx/kit';
import { OrchestratorState as table, type OrchestratorStateRow } from '@cdx/prisma-clients/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  ClientResolvers,
  MutationResolvers,
  OrchestratorStateResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import { writeIn } from './client-schema.ts';
import { loadClient } from './client.ts';
import type { Context } from './context.ts';

/** The states of the clients that the caller may see: row-level security sees to it. */
function states(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'startedAt', direction: 'DESC' } };
}

const saveInput = z.object({
  status: z.enum(['pending', 'running', 'waiting', 'completed', 'failed']),
  currentStep: z.string().max(255).nullish(),
  state: z.record(z.string(), z.unknown(), 'must be an object'),
  expectedVersion: z.int().min(1).nullish(),
});
const workflowIdInput = z.string().trim().min(1, 'must not be empty').max(100);

export const query: QueryResolvers = {
  orchestratorState: (_, { id }, context) => loadEntity<OrchestratorStateRow>(context, states(context), id),
  orchestratorStates: (_, args, context, info) =>
    loadPage<OrchestratorStateRow>(context, states(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async saveOrchestratorState(_, { clientId, workflowId, input }, context) {
    requireUser(context);
    const key = { clientId, workflowId: parseInput(workflowIdInput, workflowId, 'workflowId') };
    const { expectedVersion, state, currentStep, status } = parseInput(saveInput, input);
    const data = { status, currentStep: currentStep ?? null, state: asJson(state) };
    const { count } = await writeIn(context, clientId, (tx) =>
      expectedVersion == null
        ? tx.orchestratorState.createMany({ data: { id: newId(), ...key, ...data }, skipDuplicates: true })
        : tx.orchestratorState.updateMany({
            where: { ...key, version: expectedVersion },
            data: { ...data, version: expectedVersion + 1 },
          }),
    );
    const found = await byWorkflow(context, key);
    if (count === 0) throw outdated(found, expectedVersion ?? null);
    return found ?? null;
  },
};

export const orchestratorState: OrchestratorStateResolvers = {
  __resolveReference: ({ id }, context) => loadEntity<OrchestratorStateRow>(context, states(context), id),
  client: ({ clientId }, _, context) => loadClient(context, clientId),
};

export const client: ClientResolvers = {
  orchestratorStates: ({ id }, args, context, info) =>
    loadChildPage<OrchestratorStateRow>(
      context,
      'Client.orchestratorStates',
      { ...states(context), parent: 'clientId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

function byWorkflow(
  { db }: Context,
  { clientId, workflowId }: { readonly clientId: string; readonly workflowId: string },
): Promise<OrchestratorStateRow | undefined> {
  return db.one<OrchestratorStateRow>(
    sql`select ${selectColumns('postgres', table)} from clients.orchestrator_state t
      where t.client_id = ${clientId} and t.workflow_id = ${workflowId}`,
  );
}

function outdated(found: OrchestratorStateRow | undefined, expected: number | null): Error {
  const field = { field: 'input.expectedVersion' };
  if (!found) return conflict('The workflow has no state yet; leave expectedVersion out', field);
  return conflict(`The state is at version ${found.version}, not ${expected ?? 'new'}; read it again`, field);
}

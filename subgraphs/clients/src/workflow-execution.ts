import { asJson, conflict, isSelected, parseInput, requireUser, uuid, type Readable } from '@cdx/kit';
import {
  ClientProject as projectTable,
  WorkflowExecution as table,
  type ClientProjectRow,
  type WorkflowExecutionRow,
} from '@cdx/prisma-clients/tables';
import type { Prisma } from '@cdx/prisma-clients';
import { z } from 'zod';
import type {
  AgentInstanceResolvers,
  ClientProjectResolvers,
  ClientResolvers,
  MutationResolvers,
  QueryResolvers,
  WorkflowExecutionResolvers,
} from '../generated/resolvers.ts';
import { existingAgent, loadAgent } from './agent-instance.ts';
import {
  existingOwned,
  loadClientPage,
  loadOwned,
  loadOwnedPage,
  ownedIdFor,
  writeIn,
  type Owned,
  type OwnedKey,
} from './client-schema.ts';
import type { Context } from './context.ts';

type Execution = Owned<WorkflowExecutionRow>;
type Status = WorkflowExecutionRow['status'];

const executions: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };

const queueInput = z.object({
  agentInstanceId: uuid,
  projectId: uuid.nullish(),
  workflowName: z.string().trim().min(1, 'must not be empty').max(255),
  input: z.record(z.string(), z.unknown()).nullish(),
});

export const query: QueryResolvers = {
  workflowExecution(_, key, context) {
    requireUser(context);
    return loadOwned<WorkflowExecutionRow>(context, table, key);
  },
};

export const mutation: MutationResolvers = {
  async queueWorkflowExecution(_, { clientId, input, idempotencyKey }, context) {
    requireUser(context);
    const { projectId, input: given, ...values } = parseInput(queueInput, input);
    const agent = await existingAgent(context, { clientId, id: values.agentInstanceId });
    if (agent.status === 'retired')
      throw conflict('A retired agent runs nothing', { field: 'input.agentInstanceId' });
    if (projectId != null) await existingOwned(context, projectTable, { clientId, id: projectId });
    const id = ownedIdFor(context, 'queueWorkflowExecution', clientId, idempotencyKey);
    const data = { id, ...values, projectId: projectId ?? null, input: asJson(given ?? {}) };
    await writeIn(context, clientId, (tx) =>
      tx.workflowExecution.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existing(context, { clientId, id });
  },

  startWorkflowExecution: (_, key, context) =>
    move(context, key, ['queued'], { status: 'running', startedAt: new Date() }),

  finishWorkflowExecution(_, { clientId, id, output, error }, context) {
    const status: Status = error == null ? 'succeeded' : 'failed';
    const result = output == null ? {} : { output: asJson(output) };
    const data = { status, error: error ?? null, finishedAt: new Date(), ...result };
    return move(context, { clientId, id }, ['running'], data);
  },

  cancelWorkflowExecution: (_, key, context) =>
    move(context, key, ['queued', 'running'], { status: 'cancelled', finishedAt: new Date() }),
};

export const workflowExecution: WorkflowExecutionResolvers = {
  __resolveReference: (key, context) => loadOwned<WorkflowExecutionRow>(context, table, key),
  agent: ({ clientId, agentInstanceId: id }, _, context) => loadAgent(context, { clientId, id }),
  project: ({ clientId, projectId: id }, _, context) =>
    id === null ? null : loadOwned<ClientProjectRow>(context, projectTable, { clientId, id }),
  durationMs: ({ startedAt, finishedAt }) =>
    startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
};

export const client: ClientResolvers = {
  executions: (parent, args, context, info) =>
    loadClientPage<WorkflowExecutionRow>(
      context,
      'Client.executions',
      executions,
      parent,
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const agentInstance: AgentInstanceResolvers = {
  executions: (agent, args, context, info) =>
    loadOwnedPage<WorkflowExecutionRow>(
      context,
      'AgentInstance.executions',
      { ...executions, parent: 'agentInstanceId' },
      agent,
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const clientProject: ClientProjectResolvers = {
  executions: (project, args, context, info) =>
    loadOwnedPage<WorkflowExecutionRow>(
      context,
      'ClientProject.executions',
      { ...executions, parent: 'projectId' },
      project,
      args,
      isSelected(info, 'totalCount'),
    ),
};

function existing(context: Context, key: OwnedKey): Promise<Execution> {
  return existingOwned<WorkflowExecutionRow>(context, table, key);
}

/** Moves an execution on from one of the states; of two that try at once one succeeds. */
async function move(
  context: Context,
  { clientId, id }: OwnedKey,
  from: readonly Status[],
  data: Prisma.WorkflowExecutionUpdateManyMutationInput,
): Promise<Execution> {
  requireUser(context);
  const { status } = await existing(context, { clientId, id });
  const { count } = await writeIn(context, clientId, (tx) =>
    tx.workflowExecution.updateMany({ where: { id, status: { in: [...from] } }, data }),
  );
  if (count === 0)
    throw conflict(`The execution is ${status}; this needs it ${from.join(' or ')}`, { field: 'id' });
  return existing(context, { clientId, id });
}

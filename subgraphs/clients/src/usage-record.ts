import { asJson, isSelected, parseInput, requireUser, uuid, type Readable } from '@cdx/kit';
import { UsageRecord as table, type UsageRecordRow } from '@cdx/prisma-clients/tables';
import { z } from 'zod';
import type {
  AgentInstanceResolvers,
  ClientResolvers,
  MutationResolvers,
  QueryResolvers,
  UsageRecordResolvers,
} from '../generated/resolvers.ts';
import { existingAgent, loadAgent } from './agent-instance.ts';
import {
  existingOwned,
  loadClientPage,
  loadOwned,
  loadOwnedPage,
  ownedIdFor,
  writeIn,
} from './client-schema.ts';

const records: Readable = { table, order: { property: 'periodStart', direction: 'DESC' } };

const recordInput = z
  .object({
    agentInstanceId: uuid.nullish(),
    metric: z.string().trim().min(1, 'must not be empty').max(100),
    quantity: z.string().regex(/^-?\d{1,10}(\.\d{1,4})?$/, 'must be a decimal with at most 4 places'),
    unit: z.string().trim().min(1, 'must not be empty').max(50),
    periodStart: z.date(),
    periodEnd: z.date(),
    metadata: z.record(z.string(), z.unknown()).nullish(),
  })
  .refine(({ periodStart, periodEnd }) => periodEnd >= periodStart, {
    path: ['periodEnd'],
    message: 'must not be before periodStart',
  });

export const query: QueryResolvers = {
  usageRecord(_, key, context) {
    requireUser(context);
    return loadOwned<UsageRecordRow>(context, table, key);
  },
};

export const mutation: MutationResolvers = {
  async recordUsage(_, { clientId, input, idempotencyKey }, context) {
    requireUser(context);
    const { agentInstanceId, metadata, ...values } = parseInput(recordInput, input);
    if (agentInstanceId != null) await existingAgent(context, { clientId, id: agentInstanceId });
    const id = ownedIdFor(context, 'recordUsage', clientId, idempotencyKey);
    const data = {
      id,
      ...values,
      agentInstanceId: agentInstanceId ?? null,
      metadata: asJson(metadata ?? {}),
    };
    await writeIn(context, clientId, (tx) =>
      tx.usageRecord.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existingOwned<UsageRecordRow>(context, table, { clientId, id });
  },
};

export const usageRecord: UsageRecordResolvers = {
  __resolveReference: (key, context) => loadOwned<UsageRecordRow>(context, table, key),
  agent: ({ clientId, agentInstanceId: id }, _, context) =>
    id === null ? null : loadAgent(context, { clientId, id }),
};

export const client: ClientResolvers = {
  usage: (parent, args, context, info) =>
    loadClientPage<UsageRecordRow>(
      context,
      'Client.usage',
      records,
      parent,
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const agentInstance: AgentInstanceResolvers = {
  usage: (agent, args, context, info) =>
    loadOwnedPage<UsageRecordRow>(
      context,
      'AgentInstance.usage',
      { ...records, parent: 'agentInstanceId' },
      agent,
      args,
      isSelected(info, 'totalCount'),
    ),
};

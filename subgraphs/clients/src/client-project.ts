import { given, isSelected, parseInput, requireUser, type Readable } from '@cdx/kit';
import { ClientProject as table, type ClientProjectRow } from '@cdx/prisma-clients/tables';
import { z } from 'zod';
import type {
  ClientProjectResolvers,
  ClientResolvers,
  MutationResolvers,
  QueryResolvers,
} from '../generated/resolvers.ts';
import { existingOwned, loadClientPage, loadOwned, ownedIdFor, writeIn } from './client-schema.ts';
import { loadClient } from './client.ts';

const projects: Readable = { table, order: { property: 'name', direction: 'ASC' } };

const fields = {
  name: z.string().trim().min(1, 'must not be empty').max(255),
  description: z.string().max(10_000).nullish(),
  status: z.enum(['active', 'on_hold', 'completed', 'archived']),
};
const createInput = z.object({
  ...fields,
  status: fields.status.nullish().transform((status) => status ?? 'active'),
});
const updateInput = z.object(fields).partial();

export const query: QueryResolvers = {
  clientProject(_, key, context) {
    requireUser(context);
    return loadOwned<ClientProjectRow>(context, table, key);
  },
};

export const mutation: MutationResolvers = {
  async createClientProject(_, { clientId, input, idempotencyKey }, context) {
    const { userId } = requireUser(context);
    const { description, ...values } = parseInput(createInput, input);
    const id = ownedIdFor(context, 'createClientProject', clientId, idempotencyKey);
    const data = { id, ...values, description: description ?? null, createdBy: userId };
    await writeIn(context, clientId, (tx) =>
      tx.clientProject.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existingOwned<ClientProjectRow>(context, table, { clientId, id });
  },

  async updateClientProject(_, { clientId, id, input }, context) {
    requireUser(context);
    await existingOwned<ClientProjectRow>(context, table, { clientId, id });
    const data = given(parseInput(updateInput, input));
    await writeIn(context, clientId, (tx) => tx.clientProject.updateMany({ where: { id }, data }));
    return existingOwned<ClientProjectRow>(context, table, { clientId, id });
  },

  async deleteClientProject(_, { clientId, id }, context) {
    requireUser(context);
    await existingOwned<ClientProjectRow>(context, table, { clientId, id });
    await writeIn(context, clientId, (tx) => tx.clientProject.deleteMany({ where: { id } }));
    return id;
  },
};

export const clientProject: ClientProjectResolvers = {
  __resolveReference: (key, context) => loadOwned<ClientProjectRow>(context, table, key),
  client: ({ clientId }, _, context) => loadClient(context, clientId),
  createdBy: ({ createdBy }) => ({ id: createdBy }),
};

export const client: ClientResolvers = {
  projects: (parent, args, context, info) =>
    loadClientPage<ClientProjectRow>(
      context,
      'Client.projects',
      projects,
      parent,
      args,
      isSelected(info, 'totalCount'),
    ),
};

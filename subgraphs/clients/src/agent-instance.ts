import {
  asJson,
  badInput,
  conflict,
  given,
  isSelected,
  parseInput,
  readChildPages,
  readPage,
  requireUser,
  uuid,
  type Connection,
  type Readable,
} from '@cdx/kit';
import { AgentInstance as table, type AgentInstanceRow } from '@cdx/prisma-clients/tables';
import type { GraphQLResolveInfo } from 'graphql';
import { z } from 'zod';
import type {
  AgentInstanceResolvers,
  ClientResolvers,
  MutationResolvers,
  PersonaTemplateResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import { existingDefinition } from './agent-definition.ts';
import {
  acrossClients,
  emptyPage,
  existingOwned,
  loadClientPage,
  loadOwned,
  ownedIdFor,
  writeIn,
  type Owned,
  type OwnedKey,
} from './client-schema.ts';
import { existingClient, loadClient } from './client.ts';
import type { Context } from './context.ts';

type Agent = Owned<AgentInstanceRow>;
type PageArgs = Parameters<typeof readPage>[2];

const agents: Readable = { table, order: { property: 'name', direction: 'ASC' } };

const fields = {
  personaTemplateId: uuid.nullish(),
  engineId: uuid.nullish(),
  name: z.string().trim().min(1, 'must not be empty').max(255),
  config: z.record(z.string(), z.unknown()).nullish(),
};
const createInput = z.object({ definitionId: uuid, ...fields });
const updateInput = z.object(fields).partial();

/** Where each state leads. */
const transitions: Readonly<Record<AgentInstanceRow['status'], readonly AgentInstanceRow['status'][]>> = {
  idle: ['running', 'paused', 'retired'],
  running: ['idle', 'paused', 'error'],
  paused: ['idle', 'running', 'retired'],
  error: ['idle', 'retired'],
  retired: [],
};

export const query: QueryResolvers = {
  agentInstance(_, key, context) {
    requireUser(context);
    return loadAgent(context, key);
  },
  async agentInstances(_, args, context, info) {
    const withTotal = isSelected(info, 'totalCount');
    const list = await acrossClients(context, agents);
    return list ? readPage<Agent>(context, list, args, withTotal) : emptyPage(withTotal);
  },
};

export const mutation: MutationResolvers = {
  async createAgentInstance(_, { clientId, input, idempotencyKey }, context) {
    const { userId } = requireUser(context);
    const { config, ...values } = parseInput(createInput, input);
    await existingClient(context, clientId);
    const definition = await existingDefinition(context, values.definitionId);
    if (!definition.isActive) throw badInput('input.definitionId', 'a definition that is in use');
    const id = ownedIdFor(context, 'createAgentInstance', clientId, idempotencyKey);
    const data = {
      id,
      definitionId: values.definitionId,
      personaTemplateId: values.personaTemplateId ?? null,
      engineId: values.engineId ?? null,
      name: values.name,
      config: asJson({ ...(definition.defaultConfig as object), ...config }),
      createdBy: userId,
    };
    await writeIn(context, clientId, (tx) =>
      tx.agentInstance.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existingAgent(context, { clientId, id });
  },

  async updateAgentInstance(_, { clientId, id, input }, context) {
    requireUser(context);
    await existingAgent(context, { clientId, id });
    const { config, ...values } = parseInput(updateInput, input);
    const data = { ...given(values), ...(config ? { config: asJson(config) } : {}) };
    await writeIn(context, clientId, (tx) => tx.agentInstance.updateMany({ where: { id }, data }));
    return existingAgent(context, { clientId, id });
  },

  async setAgentStatus(_, { clientId, id, status }, context) {
    requireUser(context);
    const agent = await existingAgent(context, { clientId, id });
    if (!transitions[agent.status].includes(status)) {
      const next = transitions[agent.status].join(', ') || 'no other state';
      throw conflict(`The agent is ${agent.status}; from there it can become: ${next}`, { field: 'status' });
    }
    const { count } = await writeIn(context, clientId, (tx) =>
      tx.agentInstance.updateMany({ where: { id, status: agent.status }, data: { status } }),
    );
    if (count === 0) throw conflict('The agent changed its state meanwhile; read it again');
    return existingAgent(context, { clientId, id });
  },

  async deleteAgentInstance(_, { clientId, id }, context) {
    requireUser(context);
    const agent = await existingAgent(context, { clientId, id });
    if (agent.status !== 'retired')
      throw conflict(`The agent is ${agent.status}; only a retired one is deleted`);
    await writeIn(context, clientId, (tx) =>
      tx.agentInstance.deleteMany({ where: { id, status: 'retired' } }),
    );
    return id;
  },
};

export const agentInstance: AgentInstanceResolvers = {
  __resolveReference: (key, context) => loadAgent(context, key),
  client: ({ clientId }, _, context) => loadClient(context, clientId),
  definition: ({ definitionId }, _, context) => existingDefinition(context, definitionId),
  personaTemplate: ({ personaTemplateId: id }) => (id === null ? null : { id }),
  createdBy: ({ createdBy }) => ({ id: createdBy }),
};

export const client: ClientResolvers = {
  agents: (parent, args, context, info) =>
    loadClientPage<AgentInstanceRow>(
      context,
      'Client.agents',
      agents,
      parent,
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const user: UserResolvers = {
  agentInstances: ({ id }, args, context, info) => agentsBy(context, 'createdBy', id, args, info),
};

export const personaTemplate: PersonaTemplateResolvers = {
  agentInstances: ({ id }, args, context, info) => agentsBy(context, 'personaTemplateId', id, args, info),
};

/** The agents, of all visible clients, that name something outside; the pages of all such parents by one statement. */
function agentsBy(
  context: Context,
  parent: 'createdBy' | 'personaTemplateId',
  id: string,
  args: PageArgs,
  info: GraphQLResolveInfo,
): Promise<Connection<Agent>> {
  const withTotal = isSelected(info, 'totalCount');
  const loader = context.loaders.get<string, Connection<Agent>>(
    `AgentInstance.${parent}(${JSON.stringify([args, withTotal])})`,
    async (parents) => {
      const list = await acrossClients(context, agents);
      if (!list) return parents.map(() => emptyPage(withTotal));
      const pages = await readChildPages<Agent>(context, { ...list, parent }, [{ parents }], args, withTotal);
      return parents.map((key) => pages.get(key) ?? emptyPage(withTotal));
    },
  );
  return loader.load(id);
}

/** The agent with that key, if the caller may see its client. */
export function loadAgent(context: Context, key: OwnedKey): Promise<Agent | null> {
  return loadOwned<AgentInstanceRow>(context, table, key);
}

/** @throws NOT_FOUND when the caller sees no such agent */
export function existingAgent(context: Context, key: OwnedKey): Promise<Agent> {
  return existingOwned<AgentInstanceRow>(context, table, key);
}

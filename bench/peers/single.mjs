/**
 * One hand-written GraphQL server over all databases, with no gateway and no subgraphs: graphql-js or graphql-jit
 * (ENGINE), DataLoader, `pg` and `mariadb`. What a team would write that needs these queries and no others.
 */
import { readFileSync } from 'node:fs';
import DataLoader from 'dataloader';
import { buildSchema, execute, parse, validate } from 'graphql';
import { compileQuery } from 'graphql-jit';
import { edges, page } from './connection.mjs';
import { callerOf } from './identity.mjs';
import { serve } from './serve.mjs';
import * as statements from './statements.mjs';

/** A loader of rows by their id. */
function byId(read) {
  return new DataLoader(async (ids) => {
    const found = new Map((await read(ids)).map((row) => [row.id, row]));
    return ids.map((id) => found.get(id) ?? null);
  });
}

/** A loader of rows that belong to a parent, for each number of them. */
function byParent(read, keyOf, parentOf) {
  const loaders = new Map();
  return (first) => {
    let loader = loaders.get(first);
    if (!loader) {
      loader = new DataLoader(async (parents) => {
        const found = Map.groupBy(await read(parents, first), parentOf);
        return parents.map((parent) => found.get(keyOf(parent)) ?? []);
      });
      loaders.set(first, loader);
    }
    return loader;
  };
}

function contextOf(caller) {
  return {
    caller,
    users: byId((ids) => statements.usersByIds(caller, ids)),
    profiles: byId((ids) => statements.profilesOf(caller, ids)),
    tiers: byId((ids) => statements.tiersOf(caller, ids)),
    definitions: byId((ids) => statements.definitionsByIds(caller, ids)),
    personas: byId((ids) => statements.personasByIds(caller, ids)),
    agents: byParent(
      (clients, first) => statements.agentsOf(caller, clients, first),
      ({ schema }) => schema,
      ({ schema }) => schema,
    ),
    memories: byParent(
      (agents, first) => statements.memoriesOf(caller, agents, first),
      ({ id }) => id,
      ({ agentId }) => agentId,
    ),
  };
}

const resolvers = {
  Query: {
    user: (_, { id }, { users }) => users.load(id),
    clients: async (_, { first, filter }, { caller }) =>
      edges(await statements.clientsByIds(caller, filter.id.in, first)),
    users: async (_, { first, filter }, { caller }) =>
      page(await statements.userPage(caller, filter.tenantId.eq, filter.email.gte, first)),
    customers: async (_, { first, filter }, { caller }) =>
      page(await statements.customerPage(caller, filter.tenantId.eq, first)),
    searchMemory: (_, { clientId, vector, limit }, { caller }) =>
      statements.nearestMemories(caller, clientId, vector, limit),
  },
  Mutation: {
    updateClient: async (_, { id, input }, { caller }) =>
      (await statements.renameClient(caller, id, input.name))[0] ?? null,
  },
  Client: {
    owner: ({ ownerId }, _, { users }) => users.load(ownerId),
    agents: async (client, { first }, { agents }) => edges(await agents(first).load(client)),
  },
  User: {
    profile: ({ id }, _, { profiles }) => profiles.load(id),
    subscription: async ({ id }, _, { tiers }) => {
      const tier = await tiers.load(id);
      return tier && { tier };
    },
  },
  Agent: {
    definition: ({ definitionId }, _, { definitions }) => definitions.load(definitionId),
    personaTemplate: ({ personaId }, _, { personas }) => personaId && personas.load(personaId),
    createdBy: ({ creatorId }, _, { users }) => users.load(creatorId),
    memories: async (agent, { first }, { memories }) => edges(await memories(first).load(agent)),
  },
  MemoryMatch: { memory: (match) => match },
};

const schema = buildSchema(readFileSync(new URL('single.graphql', import.meta.url), 'utf8'));
for (const [type, fields] of Object.entries(resolvers)) {
  for (const [field, resolve] of Object.entries(fields))
    schema.getType(type).getFields()[field].resolve = resolve;
}

const prepare = {
  'graphql-js': (document) => (contextValue, variableValues) =>
    execute({ schema, document, contextValue, variableValues }),
  'graphql-jit': (document) => {
    const { query } = compileQuery(schema, document);
    return (context, variables) => query({}, context, variables);
  },
}[process.env.ENGINE];

const documents = new Map();

serve(async ({ query, variables }, authorization) => {
  let run = documents.get(query);
  if (!run) {
    const document = parse(query);
    const errors = validate(schema, document);
    if (errors.length > 0) return { errors };
    documents.set(query, (run = prepare(document)));
  }
  return run(contextOf(await callerOf(authorization)), variables ?? {});
});

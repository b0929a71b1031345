/**
 * The floor: the same statements and the same answers with no GraphQL at all. The operation's name says which function
 * runs; the rows are put together by hand. Nothing that answers from these databases can cost less than about this.
 */
import { edges, page } from './connection.mjs';
import { callerOf } from './identity.mjs';
import { serve } from './serve.mjs';
import * as statements from './statements.mjs';

const index = (rows) => new Map(rows.map((row) => [row.id, row]));
const distinct = (values) => [...new Set(values.filter((value) => value !== null))];
const none = Promise.resolve([]);
const some = (ids, read) => (ids.length === 0 ? none : read(ids));

/** The agents of clients, each with its persona, its maker and its memories. */
async function agentsOf(caller, clients, { agents: first, memories: memoryCount }) {
  const agents = await some(clients, () => statements.agentsOf(caller, clients, first));
  const [memories, definitions, personas] = await Promise.all([
    some(agents, () => statements.memoriesOf(caller, agents, memoryCount)),
    some(distinct(agents.map(({ definitionId }) => definitionId)), (ids) =>
      statements.definitionsByIds(caller, ids),
    ),
    some(distinct(agents.map(({ personaId }) => personaId)), (ids) => statements.personasByIds(caller, ids)),
  ]);
  const makers = distinct([
    ...agents.map(({ creatorId }) => creatorId),
    ...clients.map(({ ownerId }) => ownerId),
  ]);
  const users = await some(makers, (ids) => statements.usersByIds(caller, ids));
  return {
    users: index(users),
    bySchema: Map.groupBy(agents, ({ schema }) => schema),
    memories: Map.groupBy(memories, ({ agentId }) => agentId),
    definitions: index(definitions),
    personas: index(personas),
  };
}

async function dashboard(caller, { ids }) {
  const clients = await statements.clientsByIds(caller, ids, 50);
  const found = await agentsOf(caller, clients, { agents: 10, memories: 3 });
  const owners = distinct(clients.map(({ ownerId }) => ownerId));
  const [profiles, tiers] = await Promise.all([
    some(owners, () => statements.profilesOf(caller, owners)).then(index),
    some(owners, () => statements.tiersOf(caller, owners)).then(index),
  ]);
  const agent = ({ id, name, status, definitionId, personaId, creatorId }) => {
    const persona = found.personas.get(personaId);
    const creator = found.users.get(creatorId);
    const memories = found.memories.get(id) ?? [];
    return {
      name,
      status,
      definition: { name: found.definitions.get(definitionId).name },
      personaTemplate: persona ? { name: persona.name, category: persona.category } : null,
      createdBy: creator ? { name: creator.name } : null,
      memories: edges(memories.map(({ content, importance }) => ({ content, importance }))),
    };
  };
  const owner = (id) => {
    const user = found.users.get(id);
    if (!user) return null;
    const [profile, tier] = [profiles.get(id), tiers.get(id)];
    return {
      name: user.name,
      email: user.email,
      profile: profile ? { avatarUrl: profile.avatarUrl } : null,
      subscription: tier ? { tier: { name: tier.name } } : null,
    };
  };
  const client = ({ id, name, tier, schema, ownerId }) => ({
    ...{ id, name, tier, owner: owner(ownerId) },
    agents: edges((found.bySchema.get(schema) ?? []).map(agent)),
  });
  return { clients: edges(clients.map(client)) };
}

async function entities(caller, { ids, agents }) {
  const clients = await statements.clientsByIds(caller, ids, 200);
  const found = await agentsOf(caller, clients, { agents, memories: 2 });
  const agent = ({ id, name, personaId, creatorId }) => {
    const persona = found.personas.get(personaId);
    const creator = found.users.get(creatorId);
    return {
      name,
      createdBy: creator ? { name: creator.name } : null,
      personaTemplate: persona ? { name: persona.name } : null,
      memories: edges((found.memories.get(id) ?? []).map(({ content }) => ({ content }))),
    };
  };
  const client = ({ schema }) => ({ agents: edges((found.bySchema.get(schema) ?? []).map(agent)) });
  return { clients: edges(clients.map(client)) };
}

const operations = {
  Dashboard: dashboard,
  Entities: entities,
  async Point(caller, { id }) {
    const [user] = await statements.usersByIds(caller, [id]);
    return { user: user ?? null };
  },
  async ListPage(caller, { tenant, from }) {
    return { users: page(await statements.userPage(caller, tenant, from, 50)) };
  },
  async Customers(caller, { tenant, first }) {
    return { customers: page(await statements.customerPage(caller, tenant, first)) };
  },
  async Search(caller, { client, vector }) {
    const found = await statements.nearestMemories(caller, client, vector, 10);
    return { searchMemory: found.map(({ similarity, ...memory }) => ({ similarity, memory })) };
  },
  async Rename(caller, { id, name }) {
    const [client] = await statements.renameClient(caller, id, name);
    return { updateClient: client ?? null };
  },
};

serve(async ({ operationName, variables }, authorization) => ({
  data: await operations[operationName](await callerOf(authorization), variables),
}));

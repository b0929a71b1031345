/** What the scenarios need from the databases, one statement for each table: shared by all hand-written servers. */
import { authRows, idBytes, idText, rows, write } from './database.mjs';

const clientColumns = `client_id as id, name, tier, upper(status::text) as status, owner_user_id as "ownerId",
  schema_name as schema`;

export const clientById = (caller, id) =>
  rows(caller, `select ${clientColumns} from clients.clients_info where client_id = $1`, [id]);

export const clientsByIds = (caller, ids, first) =>
  rows(
    caller,
    `select ${clientColumns} from clients.clients_info where client_id = any($1) order by name, client_id limit $2`,
    [ids, first],
  );

export const renameClient = (caller, id, name) =>
  write(
    caller,
    'update clients.clients_info set name = $2 where client_id = $1 returning client_id as id, name',
    [id, name],
  );

/** Schema names are rows of the registry, of the form that its check allows. */
const agentsOfOne = (
  { schema },
  first,
) => `(select '${schema}' as schema, id, name, upper(status::text) as status,
  definition_id as "definitionId", persona_template_id as "personaId", created_by as "creatorId"
  from ${schema}.agent_instances order by name, id limit ${Number(first)})`;

/** The first agents of each client. */
export const agentsOf = (caller, clients, first) =>
  rows(caller, clients.map((client) => agentsOfOne(client, first)).join(' union all '), []);

const memoriesOfOne = (
  schema,
  place,
  first,
) => `(select p.parent as "agentId", m.* from unnest($${place}::uuid[]) p(parent)
  cross join lateral (select content, importance from ${schema}.agent_memory t where t.agent_instance_id = p.parent
  order by t.created_at desc, t.id desc limit ${Number(first)}) m)`;

/** The newest memories of each agent. */
export function memoriesOf(caller, agents, first) {
  const bySchema = Map.groupBy(agents, ({ schema }) => schema);
  const parts = [...bySchema.keys()].map((schema, index) => memoriesOfOne(schema, index + 1, first));
  const ids = [...bySchema.values()].map((list) => list.map(({ id }) => id));
  return rows(caller, parts.join(' union all '), ids);
}

export const definitionsByIds = (caller, ids) =>
  rows(caller, 'select id, name from clients.agent_definitions where id = any($1)', [ids]);

export const personasByIds = (caller, ids) =>
  rows(
    caller,
    `select id, name, category from templates.persona_templates
     where id = any($1) and ($2 = 'superadmin' or status <> 'draft' or created_by = $3::uuid)`,
    [ids, caller.role, caller.sub],
  );

/** A tenant's members see one another; a superadmin sees all. */
const wall = ({ role, tid }, column) =>
  role === 'superadmin'
    ? ['true', []]
    : [`${column} in (select w.id from users w where w.tenant_id = ?)`, [tid]];

const withUuid = (list) => list.map((row) => ({ ...row, id: idText(row.id) }));

export async function usersByIds(caller, ids) {
  const own = caller.role === 'superadmin' ? ['true', []] : ['tenant_id = ?', [caller.tid]];
  const text = `select hex(id) as id, name, email, upper(role) as role from users where id in (?) and ${own[0]}`;
  return withUuid(await authRows(text, [ids.map(idBytes), ...own[1]]));
}

export async function profilesOf(caller, ids) {
  const [condition, values] = wall(caller, 'user_id');
  const text = `select hex(user_id) as id, avatar_url as avatarUrl from user_profiles where user_id in (?) and ${condition}`;
  return withUuid(await authRows(text, [ids.map(idBytes), ...values]));
}

/** The tier of the subscription that is in force, the newest last. */
export async function tiersOf(caller, ids) {
  const [condition, values] = wall(caller, 's.user_id');
  const text = `select hex(s.user_id) as id, t.name from subscriptions s join subscription_tiers t on t.id = s.tier_id
    where s.user_id in (?) and s.status = 'active' and (s.expires_at is null or s.expires_at > current_timestamp(3))
    and ${condition} order by s.started_at`;
  return withUuid(await authRows(text, [ids.map(idBytes), ...values]));
}

/** A page of a tenant's users, and how many there are in all. */
export async function userPage(caller, tenant, from, first) {
  const condition = `tenant_id = ? and email >= ? and ${caller.role === 'superadmin' ? 'true' : 'tenant_id = ?'}`;
  const values = caller.role === 'superadmin' ? [tenant, from] : [tenant, from, caller.tid];
  const [page, counts] = await Promise.all([
    authRows(
      `select hex(id) as id, name, email, upper(role) as role, is_active as isActive from users
       where ${condition} order by name, id limit ?`,
      [...values, first + 1],
    ),
    authRows(`select count(*) as total from users where ${condition}`, values),
  ]);
  const nodes = withUuid(page.slice(0, first)).map((user) => ({ ...user, isActive: Boolean(user.isActive) }));
  return { nodes, totalCount: counts[0].total, hasNextPage: page.length > first };
}

/** A page of a tenant's customers, and how many there are in all. */
export async function customerPage(caller, tenant, first) {
  const [page, counts] = await Promise.all([
    rows(
      caller,
      `select id, email, first_name as "firstName", last_name as "lastName", company from crm.customers
       where tenant_id = $1 order by email, id limit $2`,
      [tenant, first + 1],
    ),
    rows(caller, 'select count(*)::int as total from crm.customers where tenant_id = $1', [tenant]),
  ]);
  return { nodes: page.slice(0, first), totalCount: counts[0].total, hasNextPage: page.length > first };
}

/** The memories of a client that are nearest to a vector. */
export async function nearestMemories(caller, clientId, vector, limit) {
  const [client] = await clientById(caller, clientId);
  if (!client) return [];
  const text = `select * from (select id, content, upper(memory_type::text) as "memoryType", importance,
    1 - (embedding operator(public.<=>) $1::public.vector) as similarity
    from ${client.schema}.agent_memory order by embedding operator(public.<=>) $1::public.vector limit $2) nearest
    order by similarity desc, id`;
  return rows(caller, text, [`[${vector.join(',')}]`, limit]);
}

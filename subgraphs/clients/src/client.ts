import {
  asJson,
  codedError,
  conflict,
  decodeRows,
  given,
  isSelected,
  keepEntity,
  loadChildPage,
  loadEntity,
  loadPage,
  newTenantId,
  notFound,
  parseInput,
  requireUser,
  selectColumns,
  tenantId,
  tenantOf,
  uuid,
  type Audit,
  type Readable,
} from '@cdx/kit';
import { Client as table, type ClientRow } from '@cdx/prisma-clients/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  ClientResolvers,
  MutationResolvers,
  QueryResolvers,
  TenantResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import type { Context, Transaction } from './context.ts';

/** The clients of the caller's tenant; row-level security sees to it, and to all for a superadmin. */
function readableClients(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'name', direction: 'ASC' } };
}

const name = z.string().trim().min(1, 'must not be empty').max(255);
const tier = z.string().trim().min(1, 'must not be empty').max(50);
const contactEmail = z.email('must be an e-mail address').max(255).nullish();
const settings = z.record(z.string(), z.unknown());
const provisionInput = z.object({
  id: newTenantId,
  name,
  tenantId: tenantId.nullish(),
  ownerUserId: uuid.nullish(),
  tier: tier.nullish().transform((value) => value ?? 'free'),
  contactEmail,
  settings: settings.nullish(),
});
const updateInput = z.object({ name, tier, ownerUserId: uuid, contactEmail, settings }).partial();

export const query: QueryResolvers = {
  client(_, { id }, context) {
    requireUser(context);
    return loadClient(context, id);
  },
  clients: (_, args, context, info) =>
    loadPage<ClientRow>(context, readableClients(context), args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async provisionClient(_, { input, idempotencyKey }, context) {
    const caller = requireUser(context);
    const { settings: given, contactEmail: email, ...values } = parseInput(provisionInput, input);
    const owner = {
      tenantId: tenantOf(caller, values.tenantId),
      ownerUserId: values.ownerUserId ?? caller.userId,
    };
    const data = { ...values, ...owner, contactEmail: email ?? null, settings: asJson(given ?? {}) };
    const made = await context.db.write(async (tx, audit) => {
      const { count } = await tx.client.createMany({ data, skipDuplicates: true });
      if (count === 0) return false;
      await tx.$executeRaw`select clients.create_client_schema(${values.id})`;
      audit.note({ ...schemaOf(values.id, owner.tenantId), before: null, after: {} });
      await tx.client.updateMany({ where: { id: values.id }, data: { status: 'active' } });
      return true;
    });
    if (!made) {
      const found = idempotencyKey == null ? null : await loadClient(context, values.id);
      const repeated = found?.tenantId === owner.tenantId && found.ownerUserId === owner.ownerUserId;
      if (!repeated) throw conflict('This id is taken', { field: 'input.id' });
    }
    return existingClient(context, values.id);
  },

  async undoProvisionClient(_, { id, ownerUserId: owner }, context) {
    const client = await loadClient(context, id);
    if (client?.ownerUserId === owner)
      await context.db.write(async (tx, audit) => {
        const { count } = await tx.client.updateMany({
          where: { id, ownerUserId: owner },
          data: { status: 'archived' },
        });
        if (count > 0) await dropClient(tx, audit, client);
      });
    return id;
  },

  async updateClient(_, { id, input }, context) {
    await existingClient(context, id);
    const { settings: changed, ...values } = parseInput(updateInput, input);
    const data = { ...given(values), ...(changed ? { settings: asJson(changed) } : {}) };
    await context.db.write((tx) => tx.client.updateMany({ where: { id }, data }));
    return existingClient(context, id);
  },

  suspendClient: (_, { id }, context) => setStatus(context, id, 'suspended', ['active']),
  activateClient: (_, { id }, context) => setStatus(context, id, 'active', ['suspended', 'archived']),
  archiveClient: (_, { id }, context) => setStatus(context, id, 'archived', ['active', 'suspended']),

  async deleteClient(_, { id }, context) {
    const client = await existingClient(context, id);
    // One that is being provisioned has no schema yet, or no more.
    if (client.status !== 'archived' && client.status !== 'provisioning')
      throw conflict(`Client ${id} is ${client.status}; only an archived one is deleted`);
    await context.db.write(async (tx, audit) => {
      // Locked until the end: whoever activates the client meanwhile waits, and finds it gone.
      const held = await tx.$executeRaw`select 1 from clients.clients_info
        where client_id = ${id} and status in ('archived', 'provisioning') for update`;
      // Activated before: the transaction is undone, and the schema stays.
      if (held === 0) throw conflict(`Client ${id} is no longer archived`);
      await dropClient(tx, audit, client);
    });
    return id;
  },
};

export const client: ClientResolvers = {
  __resolveReference: ({ id }, context) => loadClient(context, id),
  owner: ({ ownerUserId: id }) => ({ id }),
  tenant: ({ tenantId: id }) => ({ id }),
};

export const tenant: TenantResolvers = {
  clients: ({ id }, args, context, info) =>
    loadChildPage<ClientRow>(
      context,
      'Tenant.clients',
      { ...readableClients(context), parent: 'tenantId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

export const user: UserResolvers = {
  clients: ({ id }, args, context, info) =>
    loadChildPage<ClientRow>(
      context,
      'User.clients',
      { ...readableClients(context), parent: 'ownerUserId' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

/** The client with that id, if the caller may see it. */
export function loadClient(context: Context, id: string): Promise<ClientRow | null> {
  return loadEntity<ClientRow>(context, readableClients(context), id);
}

/** Keeps a client that a list has read, so that its schema is known without another look into the registry. */
export function keepClient(context: Context, row: ClientRow): void {
  keepEntity(context, readableClients(context), row);
}

/** @throws NOT_FOUND when the caller sees no such client */
export async function existingClient(context: Context, id: string): Promise<ClientRow> {
  const found = await loadClient(context, id);
  if (!found) throw notFound('Client', id);
  return found;
}

/** All clients that the caller may see, read once a request. */
export function visibleClients(context: Context): Promise<readonly ClientRow[]> {
  requireUser(context);
  const loader = context.loaders.get<'all', readonly ClientRow[]>('Client.visible', async (keys) => {
    const columns = context.selection.columnsOf(table);
    const rows = await context.db.many<ClientRow>(
      sql`select ${selectColumns('postgres', table, columns)} from clients.clients_info t order by t.client_id`,
    );
    for (const row of decodeRows('postgres', table, rows, columns)) keepClient(context, row);
    return keys.map(() => rows);
  });
  return loader.load('all');
}

/** The schema of a client, as the audit log names it. */
const schemaOf = (
  id: string,
  tenantId: string,
): { resourceType: string; resourceId: string; tenantId: string } => ({
  resourceType: 'ClientSchema',
  resourceId: `client_${id}`,
  tenantId,
});

/** Deletes an archived client with its schema. */
async function dropClient(
  tx: Transaction,
  audit: Audit,
  { id, tenantId }: Pick<ClientRow, 'id' | 'tenantId'>,
): Promise<void> {
  await tx.$executeRaw`select clients.drop_client_schema(${id})`;
  audit.note({ ...schemaOf(id, tenantId), before: {}, after: null });
  await tx.client.deleteMany({ where: { id } });
}

async function setStatus(
  context: Context,
  id: string,
  status: ClientRow['status'],
  from: readonly ClientRow['status'][],
): Promise<ClientRow> {
  const found = await existingClient(context, id);
  const { count } = await context.db.write((tx) =>
    tx.client.updateMany({ where: { id, status: { in: [...from] } }, data: { status } }),
  );
  if (count === 0)
    throw codedError('CONFLICT', `Client ${id} is ${found.status}; this needs it ${from.join(' or ')}`);
  return existingClient(context, id);
}

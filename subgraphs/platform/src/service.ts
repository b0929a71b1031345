import {
  asJson,
  given,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  type Readable,
} from '@cdx/kit';
import { Service as table, type ServiceRow } from '@cdx/prisma-platform/tables';
import { raw } from 'sql-template-tag';
import { z } from 'zod';
import type {
  MutationResolvers,
  PlatformResolvers,
  QueryResolvers,
  ServiceResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadHistory } from './history.ts';
import { requireOperator } from './operator.ts';

/** The services as they are at this moment: the view knows which have been silent for too long. */
const readableServices: Readable = {
  table,
  order: { property: 'name', direction: 'ASC' },
  from: raw('platform.services_now'),
};

const metadata = z.record(z.string(), z.unknown());
const version = z.string().trim().min(1, 'must not be empty').max(100).nullish();
const status = z.enum(['up', 'degraded', 'down']);
const fields = {
  kind: z.string().trim().min(1, 'must not be empty').max(50),
  url: z
    .url('must be a URL')
    .max(2048)
    .refine((url) => !hasPassword(url), 'must be a URL without user and password')
    .nullish(),
  version,
  status,
  heartbeatSeconds: z
    .number()
    .int()
    .min(1, 'must be 1 to 86,400')
    .max(86_400, 'must be 1 to 86,400')
    .nullish(),
};
const registerInput = z.object({
  name: z
    .string()
    .regex(
      /^[a-z][a-z0-9-]{0,99}$/,
      'must begin with a small letter and have small letters, digits and -, at most 100',
    ),
  ...fields,
  metadata: metadata.nullish(),
});
const updateInput = z.object({ ...fields, metadata }).partial();
const heartbeatInput = z.object({ status, version, metadata: metadata.nullish() });

/** What is no URL at all has been told so by its own rule. */
function hasPassword(url: string): boolean {
  const { username = '', password = '' } = URL.parse(url) ?? {};
  return username !== '' || password !== '';
}

export const query: QueryResolvers = {
  service(_, { name }, context) {
    requireOperator(context);
    return loadService(context, name);
  },
  services(_, args, context, info) {
    requireOperator(context);
    return loadPage<ServiceRow>(context, readableServices, args, isSelected(info, 'totalCount'));
  },
};

export const mutation: MutationResolvers = {
  async registerService(_, { input, idempotencyKey }, context) {
    requireOperator(context);
    const {
      name,
      url,
      version: runs,
      heartbeatSeconds,
      metadata: chosen,
      ...values
    } = parseInput(registerInput, input);
    const id = idFor(context, 'registerService', idempotencyKey);
    const optional = { url: url ?? null, version: runs ?? null, heartbeatSeconds: heartbeatSeconds ?? null };
    const data = { id, name, ...values, ...optional, metadata: asJson(chosen ?? {}) };
    await context.db.write(async (tx) => {
      const repeated =
        idempotencyKey != null && (await tx.service.findUnique({ where: { id }, select: { id: true } }));
      if (!repeated) await tx.service.createMany({ data });
    });
    return existingService(context, name);
  },

  async updateService(_, { name, input }, context) {
    requireOperator(context);
    await existingService(context, name);
    const { metadata: changed, ...values } = parseInput(updateInput, input);
    const data = { ...given(values), ...(changed ? { metadata: asJson(changed) } : {}) };
    await context.db.write((tx) => tx.service.updateMany({ where: { name }, data }));
    return existingService(context, name);
  },

  async removeService(_, { name }, context) {
    requireOperator(context);
    const { id } = await existingService(context, name);
    await context.db.write((tx) => tx.service.deleteMany({ where: { id } }));
    return id;
  },

  async reportServiceHeartbeat(_, { name, input }, context) {
    requireOperator(context);
    const {
      status: said,
      version: running,
      metadata: details,
    } = parseInput(heartbeatInput, input ?? { status: 'up' });
    await context.db.write(
      async (tx) => {
        // By the database's clock, which the view of the silent ones goes by too.
        const found =
          await tx.$executeRaw`update platform.services set last_heartbeat = now() where name = ${name}`;
        if (found === 0) throw notFound('Service', name);
        // What stays as it was is not written, and so leaves no entry in the audit log at every heartbeat.
        await tx.service.updateMany({ where: { name, status: { not: said } }, data: { status: said } });
        if (running != null) {
          const other = { OR: [{ version: null }, { version: { not: running } }] };
          await tx.service.updateMany({ where: { name, ...other }, data: { version: running } });
        }
        if (details) {
          const changed = asJson(details);
          await tx.service.updateMany({
            where: { name, metadata: { not: changed } },
            data: { metadata: changed },
          });
        }
      },
      { unaudited: 'The moment of a heartbeat.' },
    );
    return existingService(context, name);
  },
};

export const service: ServiceResolvers = {
  __resolveReference(reference, context) {
    requireOperator(context);
    return 'name' in reference
      ? loadService(context, reference.name)
      : loadEntity<ServiceRow>(context, readableServices, reference.id);
  },
  history: ({ id }, args, context, info) => loadHistory(context, 'Service', id, args, info),
};

export const platform: PlatformResolvers = {
  async services(_, __, context) {
    const { edges } = await loadPage<ServiceRow>(context, readableServices, { first: 200 }, false);
    return edges.map(({ node }) => node);
  },
};

function loadService(context: Context, name: string): Promise<ServiceRow | null> {
  return loadEntity<ServiceRow>(context, readableServices, name, 'name');
}

async function existingService(context: Context, name: string): Promise<ServiceRow> {
  const found = await loadService(context, name);
  if (!found) throw notFound('Service', name);
  return found;
}

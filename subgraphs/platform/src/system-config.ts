import {
  asJson,
  codedError,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  type Readable,
} from '@cdx/kit';
import { SystemConfig as table, type SystemConfigRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type {
  MutationResolvers,
  QueryResolvers,
  SystemConfigResolvers,
  SystemConfigType,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadHistory } from './history.ts';
import { requireOperator } from './operator.ts';
import { findSecret } from './secret-like.ts';

const readableConfigs: Readable = { table, order: { property: 'key', direction: 'ASC' } };

const setArguments = z.object({
  key: z
    .string()
    .max(200, 'must be at most 200 characters')
    .regex(
      /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/,
      'must be words of small letters, digits and _, joined by dots: limits.page_size',
    ),
  value: z.unknown().refine((value) => value !== null && value !== undefined, 'must not be null'),
  description: z.string().max(10_000).nullish(),
});

export const query: QueryResolvers = {
  systemConfig(_, { key }, context) {
    requireOperator(context);
    return loadConfig(context, key);
  },
  systemConfigs(_, args, context, info) {
    requireOperator(context);
    return loadPage<SystemConfigRow>(context, readableConfigs, args, isSelected(info, 'totalCount'));
  },
};

export const mutation: MutationResolvers = {
  async setSystemConfig(_, args, context) {
    const updatedBy = requireOperator(context);
    const { key, value, description } = parseInput(setArguments, args, 'arguments');
    refuseSecret(key, value);
    const found = await loadConfig(context, key);
    if (found && typeOf(found.value) !== typeOf(value)) {
      throw codedError('BAD_USER_INPUT', `The value of ${key} must be a ${typeOf(found.value)}, as it was`, {
        field: 'value',
        expected: `a ${typeOf(found.value)}`,
      });
    }
    const changes = {
      value: asJson(value),
      updatedBy,
      ...(description === undefined ? {} : { description }),
    };
    await context.db.write((tx) =>
      tx.systemConfig.upsert({ where: { key }, create: { key, ...changes }, update: changes }),
    );
    return existingConfig(context, key);
  },

  async deleteSystemConfig(_, { key }, context) {
    requireOperator(context);
    await existingConfig(context, key);
    await context.db.write((tx) => tx.systemConfig.deleteMany({ where: { key } }));
    return key;
  },
};

export const systemConfig: SystemConfigResolvers = {
  __resolveReference({ key }, context) {
    requireOperator(context);
    return loadConfig(context, key);
  },
  type: ({ value }) => typeOf(value),
  updatedBy: ({ updatedBy: id }) => (id === null ? null : { id }),
  history: ({ key }, args, context, info) => loadHistory(context, 'SystemConfig', key, args, info),
};

function loadConfig(context: Context, key: string): Promise<SystemConfigRow | null> {
  return loadEntity<SystemConfigRow>(context, readableConfigs, key);
}

async function existingConfig(context: Context, key: string): Promise<SystemConfigRow> {
  const found = await loadConfig(context, key);
  if (!found) throw notFound('SystemConfig', key);
  return found;
}

/** The type of a JSON value, as Postgres' `jsonb_typeof` tells them apart. */
function typeOf(value: unknown): SystemConfigType {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return 'number';
  return typeof value === 'string' ? 'string' : 'object';
}

/** The configuration and its history are read by many, and nothing in them is encrypted. */
function refuseSecret(key: string, value: unknown): void {
  const path = findSecret(key, value);
  if (path === undefined) return;
  throw codedError('BAD_USER_INPUT', `${path} looks like a secret, and the configuration keeps none`, {
    field: 'value',
    expected: 'a value that may be read; a secret belongs into the environment of who needs it',
  });
}

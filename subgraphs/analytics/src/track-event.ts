import { isIP } from 'node:net';
import {
  badInput,
  forbidden,
  idFor,
  idOf,
  newId,
  parseInput,
  requireUser,
  tenantId as tenantInput,
  tenantOf,
  uuid,
  type Identity,
} from '@cdx/kit';
import type { EventRow } from '@cdx/prisma-analytics/tables';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { MutationResolvers, TrackedEventsResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadEvent } from './event.ts';
import { day } from './period.ts';
import { prismaSql } from './prisma-sql.ts';

/** The most events of one batch. */
const maxBatch = 500;

/** How far a clock may be ahead of ours, in milliseconds. */
const maxAheadMs = 300_000;

const eventName = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/;

const text = (max: number) => z.string().trim().min(1, 'must not be empty').max(max).nullish();

const eventInput = z.object({
  eventName: z
    .string()
    .max(100)
    .regex(eventName, 'must be small letters, digits and _, in parts with dots between, as page_view'),
  eventData: z
    .record(z.string(), z.unknown())
    .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= 8_192, 'must be at most 8 kB as JSON')
    .nullish(),
  createdAt: z.date().nullish(),
  sessionId: text(100),
  pageUrl: text(2_048),
  pageTitle: text(500),
  referrer: text(2_048),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters, as DE')
    .nullish(),
  city: text(100),
  deviceType: text(50),
  browser: text(100),
  os: text(100),
  userId: uuid.nullish(),
  ipAddress: z
    .string()
    .refine((address) => isIP(address) > 0, 'must be an IPv4 or IPv6 address')
    .nullish(),
  userAgent: text(512),
  tenantId: tenantInput.nullish(),
});
const batchInput = z
  .array(eventInput)
  .min(1, 'must have at least one event')
  .max(maxBatch, `must have at most ${maxBatch} events`);

type EventInput = z.output<typeof eventInput>;

/** Events that have been tracked, as the resolvers of `TrackedEvents` want them. */
export interface Tracked {
  readonly ids: readonly string[];
  /** How many were written: none, when the key had been used before. */
  readonly count: number;
}

export const mutation: MutationResolvers = {
  async trackEvent(_, { input, idempotencyKey }, context) {
    const event = parseInput(eventInput, input);
    const { ids } = await track(context, [event], { operation: 'trackEvent', key: idempotencyKey });
    return loadEvent(context, ids[0] ?? '');
  },

  trackEvents(_, { inputs, idempotencyKey }, context) {
    const events = parseInput(batchInput, inputs, 'inputs');
    return track(context, events, { operation: 'trackEvents', key: idempotencyKey });
  },
};

export const trackedEvents: TrackedEventsResolvers = {
  events: async ({ ids }, _, context) => {
    const events = await Promise.all(ids.map((id) => loadEvent(context, id)));
    return events.filter((found): found is EventRow => found !== null);
  },
};

/** Which request this is, by its caller: the same one again is to change nothing. */
interface Repeatable {
  readonly operation: string;
  readonly key: string | null | undefined;
}

/** Writes a batch in one statement. */
async function track(
  context: Context,
  events: readonly EventInput[],
  { operation, key }: Repeatable,
): Promise<Tracked> {
  const tenantId = tenantOfBatch(context, events);
  const batchId = idFor(context, `${operation} ${tenantId}`, key);
  const ids = events.map((_, index) => (key == null ? newId() : idOf(batchId, String(index))));
  const rows = events.map((event, index) => ({
    id: ids[index],
    ...rowOf(context, tenantId, event, operation, index),
  }));
  const statement = insertion(rows, context, key == null ? null : { id: batchId, tenantId });
  const count = await context.db.write((tx) => tx.$executeRaw(prismaSql(statement)), {
    unaudited: 'An event is a record itself, and there are too many of them.',
  });
  return { ids, count };
}

/** Whether the caller tells of what others do: a service that may write analytics, or the product itself. */
function isService({ role, scopes }: Identity): boolean {
  return role === 'system' || scopes.includes('analytics:write');
}

/**
 * The tenant of all events of a batch.
 * @throws BAD_USER_INPUT when they are of several tenants or of none, FORBIDDEN when they are of another's
 */
function tenantOfBatch(context: Context, events: readonly EventInput[]): string {
  const [first, ...others] = events;
  const different = others.findIndex(({ tenantId }) => (tenantId ?? null) !== (first?.tenantId ?? null));
  if (different >= 0) throw badInput(`inputs.${different + 1}.tenantId`, 'the same as of the first event');
  const { identity } = context;
  if (identity.role !== 'system') return tenantOf(requireUser(context), first?.tenantId);
  if (first?.tenantId == null) throw badInput('input.tenantId', 'given');
  return first.tenantId;
}

function rowOf(
  context: Context,
  tenantId: string,
  event: EventInput,
  operation: string,
  index: number,
): Record<string, unknown> {
  const { identity, services } = context;
  const path = operation === 'trackEvent' ? 'input' : `inputs.${index}`;
  const createdAt = event.createdAt ?? new Date();
  const service = isService(identity);
  checkTime(createdAt, service ? null : services.settings.ANALYTICS_LATE_DAYS, `${path}.createdAt`);
  if (!service) checkOwn(identity, event, path);
  const origin = service
    ? { ip: event.ipAddress ?? null, agent: event.userAgent ?? null }
    : { ip: context.ipAddress, agent: context.userAgent };
  return {
    tenant_id: tenantId,
    user_id: event.userId ?? (service ? null : identity.userId),
    session_id: event.sessionId,
    event_name: event.eventName,
    event_data: event.eventData ?? {},
    page_url: event.pageUrl,
    page_title: event.pageTitle,
    referrer: event.referrer,
    ip_address: origin.ip !== null && isIP(origin.ip) > 0 ? origin.ip : null,
    user_agent: origin.agent?.slice(0, 512),
    country: event.country,
    city: event.city,
    device_type: event.deviceType,
    browser: event.browser,
    os: event.os,
    created_at: createdAt,
  };
}

/** A page tells of its own user, and what it would say of the request is not believed. */
function checkOwn({ userId }: Identity, event: EventInput, path: string): void {
  if (event.userId != null && event.userId.toLowerCase() !== userId)
    throw forbidden('Only a service may track what somebody else did');
  for (const field of ['ipAddress', 'userAgent'] as const) {
    if (event[field] != null) throw badInput(`${path}.${field}`, 'left out: it is read from the request');
  }
}

/** @param lateDays how old an event may be; as old as any when null */
function checkTime(createdAt: Date, lateDays: number | null, field: string): void {
  const ageMs = Date.now() - createdAt.getTime();
  if (ageMs < -maxAheadMs) throw badInput(field, 'at most 5 minutes ahead');
  if (lateDays !== null && ageMs > lateDays * day) throw badInput(field, `at most ${lateDays} days ago`);
  if (createdAt.getUTCFullYear() < 2000) throw badInput(field, 'in this century');
}

/** The key of a batch, where it has one. */
interface BatchKey {
  readonly id: string;
  readonly tenantId: string;
}

/**
 * The statement that writes a batch. Its key is written by the same statement: of two that come with one key at the
 * same time, the second waits for the first and then writes nothing.
 */
function insertion(rows: readonly object[], { services }: Context, key: BatchKey | null): Sql {
  const columns = sql`id, tenant_id, user_id, session_id, event_name, event_data, page_url, page_title, referrer,
    user_agent, country, city, device_type, browser, os, created_at`;
  const fresh = key
    ? sql`with fresh as (
        insert into analytics.event_keys (id, tenant_id) values (${key.id}::uuid, ${key.tenantId})
        on conflict do nothing returning id
      )`
    : sql``;
  return sql`${fresh} insert into analytics.events (${columns}, ip_address)
    select ${columns}, ${keptAddress[services.settings.ANALYTICS_IP_ADDRESSES]}
    from jsonb_populate_recordset(null::analytics.events, ${JSON.stringify(rows)}::jsonb)
    where ${key ? sql`exists (select from fresh)` : sql`true`}`;
}

/** What is kept of an address, by the setting. */
const keptAddress = {
  full: sql`ip_address`,
  truncated: sql`host(network(set_masklen(ip_address, case family(ip_address) when 4 then 24 else 48 end)))::inet`,
  none: sql`null`,
} as const;

import { mayAsk, queryFields, type Context, type RootField } from './context.ts';

/** An entry of the timeline. */
export interface TimelineEntry {
  readonly kind: TimelineKind;
  readonly service: string;
  readonly id: string;
  /** ISO 8601, to the millisecond. */
  readonly at: string;
  readonly tenantId: string | null;
  readonly action: string;
  readonly actor: { readonly id: string } | null;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly details: unknown;
}

export const timelineKinds = ['audit', 'security', 'auth', 'activity'] as const;

export type TimelineKind = (typeof timelineKinds)[number];

type Node = Readonly<Record<string, unknown>>;

/** A list of a service that the timeline reads, newest first. */
interface ListKind {
  readonly kind: TimelineKind;
  /** The root field's name; of some kinds every service has one. */
  readonly isField: (field: RootField) => boolean;
  readonly filterType: string;
  /** Whether the list's filter knows the tenant; otherwise the root field takes it as an argument of its own. */
  readonly tenantBy: 'filter' | 'argument';
  /** What is read of a node besides `id` and `createdAt`. */
  readonly selection: string;
  readonly entryOf: (node: Node) => Omit<TimelineEntry, 'kind' | 'service' | 'id' | 'at'>;
}

/** A list as one graph has it. */
export interface TimelineSource extends Omit<ListKind, 'isField'> {
  readonly field: RootField;
  /** Its name in cursors. */
  readonly key: string;
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A reference to a user, from an id or from what has one. */
function actorOf(value: unknown): { readonly id: string } | null {
  const id: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : value;
  return typeof id === 'string' ? { id } : null;
}

const lists: readonly ListKind[] = [
  {
    kind: 'audit',
    isField: ({ name, service }) => name === `${service}AuditLog`,
    filterType: 'AuditEntryFilter',
    tenantBy: 'filter',
    selection: 'tenantId actorId actorKind action resourceType resourceId before after requestId',
    entryOf: ({ tenantId, actorId, action, resourceType, resourceId, ...rest }) => ({
      tenantId: text(tenantId),
      action: String(action),
      actor: actorOf(actorId),
      resourceType: text(resourceType),
      resourceId: text(resourceId),
      details: details(rest, ['actorKind', 'before', 'after', 'requestId']),
    }),
  },
  {
    kind: 'security',
    isField: ({ name }) => name === 'securityEvents',
    filterType: 'SecurityEventFilter',
    tenantBy: 'filter',
    selection: 'tenantId kind severity user { id } description metadata resolvedAt',
    entryOf: ({ tenantId, kind, user, ...rest }) => ({
      tenantId: text(tenantId),
      action: String(kind),
      actor: actorOf(user),
      resourceType: 'SecurityEvent',
      resourceId: text(rest.id),
      details: details(rest, ['severity', 'description', 'metadata', 'resolvedAt']),
    }),
  },
  {
    kind: 'auth',
    isField: ({ name }) => name === 'authEvents',
    filterType: 'AuthEventFilter',
    tenantBy: 'argument',
    selection: 'eventType user { id tenantId } ipAddress userAgent metadata',
    entryOf: ({ eventType, user, ...rest }) => ({
      tenantId: text((user as Node | null)?.tenantId),
      action: String(eventType).toLowerCase(),
      actor: actorOf(user),
      resourceType: 'User',
      resourceId: actorOf(user)?.id ?? null,
      details: details(rest, ['ipAddress', 'userAgent', 'metadata']),
    }),
  },
  activity(
    'interactions',
    'Interaction',
    'type subject user { id }',
    ({ type }) => `interaction.${String(type)}`,
  ),
  activity('payments', 'Payment', 'status amount currency', ({ status }) => `payment.${String(status)}`),
  activity(
    'contentItems',
    'ContentItem',
    'status title author { id }',
    ({ status }) => `content.${String(status)}`,
  ),
];

/** What a domain records of its own: a list of one type, whose rows say what happened. */
function activity(
  name: string,
  resourceType: string,
  selection: string,
  actionOf: (node: Node) => string,
): ListKind {
  return {
    kind: 'activity',
    isField: (field) => field.name === name,
    filterType: `${resourceType}Filter`,
    tenantBy: 'filter',
    selection: `tenantId ${selection}`,
    entryOf: ({ tenantId, ...rest }) => ({
      tenantId: text(tenantId),
      action: actionOf(rest).toLowerCase(),
      actor: actorOf(rest.user ?? rest.author ?? null),
      resourceType,
      resourceId: text(rest.id),
      details: details(rest, ['subject', 'title', 'amount', 'currency']),
    }),
  };
}

/** Those of the values that are there. */
function details(node: Node, names: readonly string[]): Node {
  return Object.fromEntries(names.flatMap((name) => (node[name] == null ? [] : [[name, node[name]]])));
}

/** The lists of the graph that the caller may read, of the kinds that are wanted. */
export function timelineSources(context: Context, kinds: readonly TimelineKind[]): TimelineSource[] {
  const fields = queryFields(context.facts).filter((field) => mayAsk(context, field));
  return lists
    .filter(({ kind }) => kinds.includes(kind))
    .flatMap(({ isField, ...list }) =>
      fields.filter(isField).map((field) => ({ ...list, field, key: `${field.service}.${field.name}` })),
    );
}

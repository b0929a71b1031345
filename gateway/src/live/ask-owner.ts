import { GraphQLError } from 'graphql';
import type { Context } from '../views/context.ts';
import type { ServiceChange } from './change-hub.ts';

/** The columns of an entry of an audit log, as every service shows them. */
const entryFields =
  'id chain sequence tenantId actorId actorKind action resourceType resourceId before after ipAddress userAgent requestId previousHash hash createdAt';

/**
 * The entry of an audit log that a change tells of, as the caller sees it; null when the caller does not.
 * @throws what the service answers, when it cannot tell
 */
export async function auditEntry(caller: Context, { service, id }: ServiceChange): Promise<object | null> {
  const field = `${service}AuditLog`;
  const data = await askOwner(
    caller,
    service,
    `query ($id: ID!) { ${field}(first: 1, filter: { id: { eq: $id } }) { edges { node { ${entryFields} } } } }`,
    { id },
  );
  const list = data[field] as { readonly edges: readonly { readonly node: Entry }[] } | null;
  const entry = list?.edges[0]?.node;
  if (!entry) return null;
  const { actorId, tenantId } = entry;
  return {
    service,
    entry,
    actor: actorId === null ? null : { __typename: 'User', id: actorId },
    tenant: tenantId === null ? null : { __typename: 'Tenant', id: tenantId },
  };
}

interface Entry {
  readonly actorId: string | null;
  readonly tenantId: string | null;
}

/**
 * An entity, named by its type and key, if its owner shows it to the caller; null otherwise.
 * @throws what the service answers, when it cannot tell
 */
export async function visibleEntity(
  caller: Context,
  service: string,
  type: string,
  key: Readonly<Record<string, string | null>>,
): Promise<object | null> {
  const entity = { __typename: type, ...key };
  const data = await askOwner(
    caller,
    service,
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${Object.keys(key).join(' ')} } } }`,
    { of: [entity] },
  );
  const [found] = data._entities as readonly (object | null)[];
  return found ? entity : null;
}

async function askOwner(
  caller: Context,
  service: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { data, errors } = await caller.ask(service, query, variables);
  const [error] = errors ?? [];
  if (error) throw new GraphQLError(error.message, { extensions: error.extensions ?? {} });
  return data ?? {};
}

import type { OperationOf, Scope } from './definition.ts';
import { ofTenant, type AboutTenant } from './tenant-standing.ts';

type Variables = Readonly<Record<string, unknown>>;

/** An operation of the product's own on what belongs to a tenant, made from what it takes beside the tenant's id. */
const onTenant =
  <More extends Variables>(query: string) =>
  <Input extends AboutTenant>(more: (scope: Scope<Input>) => More): OperationOf<Input> => ({
    ...{ isInternal: true, query },
    variables: (scope) => ({ ...ofTenant(scope), ...more(scope) }),
  });

type Ids = readonly string[];

export const markArchived = onTenant<{ readonly from: string }>(
  'mutation ($tenantId: ID!, $from: TenantStatus!) { markTenantArchived(id: $tenantId, from: $from) { id } }',
);
export const unmarkArchived = onTenant<{ readonly to: string }>(
  'mutation ($tenantId: ID!, $to: TenantStatus!) { unmarkTenantArchived(id: $tenantId, to: $to) { id } }',
);
export const setAccess = onTenant<{ readonly isOpen: boolean }>(
  'mutation ($tenantId: ID!, $isOpen: Boolean!) { setTenantAccess(tenantId: $tenantId, isOpen: $isOpen) }',
);
export const archiveClients = onTenant<{ readonly ids: Ids }>(
  'mutation ($tenantId: ID!, $ids: [ID!]!) { archiveClientsOf(tenantId: $tenantId, ids: $ids) }',
);
export const restoreClients = onTenant<{ readonly active: Ids; readonly suspended: Ids }>(
  `mutation ($tenantId: ID!, $active: [ID!]!, $suspended: [ID!]!) {
    restoreClientsOf(tenantId: $tenantId, active: $active, suspended: $suspended) }`,
);
export const endSubscriptions = onTenant<{ readonly ids: Ids; readonly reason: string }>(
  `mutation ($tenantId: ID!, $ids: [ID!]!, $reason: String) {
    endSubscriptionsOf(tenantId: $tenantId, ids: $ids, reason: $reason) }`,
);
export const keepSubscriptions = onTenant<{ readonly ids: Ids }>(
  'mutation ($tenantId: ID!, $ids: [ID!]!) { keepSubscriptionsOf(tenantId: $tenantId, ids: $ids) }',
);

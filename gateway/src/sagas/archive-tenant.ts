import { tenantId } from '@cdx/kit';
import { z } from 'zod';
import { defineSaga, type Scope, type Step } from './definition.ts';

/** What `archiveTenant` takes. */
export const archiveTenantInput = z.object({
  id: tenantId,
  reason: z.string().trim().min(1, 'must not be empty').max(1_000).nullish(),
});

export type ArchiveTenantInput = z.output<typeof archiveTenantInput>;

type ArchiveStep = Step<ArchiveTenantInput>;
type ArchiveScope = Scope<ArchiveTenantInput>;

const ids = z.array(z.string());
const tenantBefore = z.object({ tenant: z.object({ status: z.string() }).nullable() });
const accessBefore = z.object({
  organizations: z.object({ edges: z.array(z.object({ node: z.object({ isActive: z.boolean() }) })) }),
});
const clientsBefore = z.object({ clientsInUse: z.object({ active: ids, suspended: ids }) });
const subscriptionsBefore = z.object({ renewingSubscriptions: ids });

/** A tenant that is not there is refused by the step that would archive it. */
const statusOf = ({ kept }: ArchiveScope): string =>
  tenantBefore.parse(kept('tenantBefore')).tenant?.status ?? 'ACTIVE';
const isClosed = ({ kept }: ArchiveScope): boolean =>
  accessBefore.parse(kept('accessBefore')).organizations.edges.some(({ node }) => !node.isActive);
const clientsOf = ({ kept }: ArchiveScope): z.output<typeof clientsBefore>['clientsInUse'] =>
  clientsBefore.parse(kept('clientsBefore')).clientsInUse;
const subscriptionsOf = ({ kept }: ArchiveScope): readonly string[] =>
  subscriptionsBefore.parse(kept('subscriptionsBefore')).renewingSubscriptions;

const ofTenant = ({ input: { id } }: ArchiveScope): { readonly tenantId: string } => ({ tenantId: id });

/** A step that changes nothing, and so is undone by nothing: it has the journal know how it was. */
const looking = (name: string, service: string, query: string, isInternal = false): ArchiveStep => ({
  ...{ name, service, keepsAnswer: true },
  run: { isInternal, query, variables: ofTenant },
  undo: 'nothing',
});

const before: readonly ArchiveStep[] = [
  looking('tenantBefore', 'platform', 'query ($tenantId: ID!) { tenant(id: $tenantId) { status } }'),
  looking(
    'accessBefore',
    'auth',
    'query ($tenantId: ID!) { organizations(filter: { tenantId: { eq: $tenantId } }) { edges { node { isActive } } } }',
  ),
  looking(
    'clientsBefore',
    'clients',
    'query ($tenantId: ID!) { clientsInUse(tenantId: $tenantId) { active suspended } }',
    true,
  ),
  looking(
    'subscriptionsBefore',
    'billing',
    'query ($tenantId: ID!) { renewingSubscriptions(tenantId: $tenantId) }',
    true,
  ),
];

const archiving: readonly ArchiveStep[] = [
  {
    ...{ name: 'tenant', service: 'platform' },
    run: {
      isInternal: true,
      query: 'mutation ($id: ID!, $from: TenantStatus!) { markTenantArchived(id: $id, from: $from) { id } }',
      variables: (scope) => ({ id: scope.input.id, from: statusOf(scope) }),
    },
    undo: {
      isInternal: true,
      query: 'mutation ($id: ID!, $to: TenantStatus!) { unmarkTenantArchived(id: $id, to: $to) { id } }',
      variables: (scope) => ({ id: scope.input.id, to: statusOf(scope) }),
    },
  },
  {
    ...{ name: 'access', service: 'auth' },
    run: {
      isInternal: true,
      query: 'mutation ($tenantId: ID!) { setTenantAccess(tenantId: $tenantId, isOpen: false) }',
      variables: ofTenant,
    },
    undo: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $isOpen: Boolean!) { setTenantAccess(tenantId: $tenantId, isOpen: $isOpen) }`,
      variables: (scope) => ({ ...ofTenant(scope), isOpen: !isClosed(scope) }),
    },
  },
  {
    ...{ name: 'clients', service: 'clients' },
    run: {
      isInternal: true,
      query: 'mutation ($tenantId: ID!, $ids: [ID!]!) { archiveClientsOf(tenantId: $tenantId, ids: $ids) }',
      variables: (scope) => ({ ...ofTenant(scope), ids: Object.values(clientsOf(scope)).flat() }),
    },
    undo: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $active: [ID!]!, $suspended: [ID!]!) {
        restoreClientsOf(tenantId: $tenantId, active: $active, suspended: $suspended) }`,
      variables: (scope) => ({ ...ofTenant(scope), ...clientsOf(scope) }),
    },
  },
  {
    ...{ name: 'subscriptions', service: 'billing' },
    run: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $ids: [ID!]!, $reason: String) {
        endSubscriptionsOf(tenantId: $tenantId, ids: $ids, reason: $reason) }`,
      variables: (scope) => ({
        ...ofTenant(scope),
        ids: subscriptionsOf(scope),
        reason: scope.input.reason ?? 'The tenant is archived',
      }),
    },
    undo: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $ids: [ID!]!) { keepSubscriptionsOf(tenantId: $tenantId, ids: $ids) }`,
      variables: (scope) => ({ ...ofTenant(scope), ids: subscriptionsOf(scope) }),
    },
  },
];

/**
 * Takes a tenant out of use: nobody of it logs in, its clients are in the archive, its subscriptions end with their
 * periods. Nothing is deleted; and when it cannot be done, all is as it was.
 */
export const archiveTenant = defineSaga({
  kind: 'archiveTenant',
  input: archiveTenantInput,
  steps: [...before, ...archiving],
  retain: (input) => input,
});

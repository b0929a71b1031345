import { tenantId } from '@cdx/kit';
import { z } from 'zod';
import { archiveTenantInput, reasonOf, type ArchiveTenantInput } from './archive-tenant.ts';
import { defineSaga, type Scope, type Step } from './definition.ts';
import {
  archiveClients,
  endSubscriptions,
  keepSubscriptions,
  markArchived,
  restoreClients,
  setAccess,
  unmarkArchived,
} from './tenant-operations.ts';
import { looking, lookAtTenant, standingOf, type TenantStanding } from './tenant-standing.ts';

/** What `restoreTenant` takes. */
export const restoreTenantInput = z.object({ id: tenantId });

export type RestoreTenantInput = z.output<typeof restoreTenantInput>;

type RestoreScope = Scope<RestoreTenantInput>;

const archive = z.object({
  archiveOfTenant: z.object({ input: archiveTenantInput, kept: z.record(z.string(), z.unknown()) }),
});

/** How the tenant was archived, and how it stood before that. */
function archived({ kept }: RestoreScope): TenantStanding & { readonly input: ArchiveTenantInput } {
  const { input, kept: before } = archive.parse(kept('archive')).archiveOfTenant;
  return { ...standingOf((step) => before[step]), input };
}

/** How the tenant stands in the archive, where somebody may have brought back a part by hand. */
const inArchive = ({ kept }: RestoreScope): TenantStanding => standingOf(kept);

const clientsIn = ({ clients }: TenantStanding): readonly string[] => Object.values(clients).flat();
const without = (ids: readonly string[], others: readonly string[]): readonly string[] =>
  ids.filter((id) => !others.includes(id));

/** Those who use the tenant come in last, when all is there. */
const restoring: readonly Step<RestoreTenantInput>[] = [
  {
    ...{ name: 'subscriptions', service: 'billing' },
    run: keepSubscriptions((scope) => ({ ids: archived(scope).subscriptions })),
    undo: endSubscriptions((scope) => ({
      ids: without(archived(scope).subscriptions, inArchive(scope).subscriptions),
      reason: reasonOf(archived(scope).input),
    })),
  },
  {
    ...{ name: 'clients', service: 'clients' },
    run: restoreClients((scope) => archived(scope).clients),
    undo: archiveClients((scope) => ({
      ids: without(clientsIn(archived(scope)), clientsIn(inArchive(scope))),
    })),
  },
  {
    ...{ name: 'tenant', service: 'platform' },
    run: unmarkArchived((scope) => ({ to: archived(scope).status })),
    undo: markArchived((scope) => ({ from: archived(scope).status })),
  },
  {
    ...{ name: 'access', service: 'auth' },
    run: setAccess((scope) => ({ isOpen: archived(scope).isOpen || inArchive(scope).isOpen })),
    undo: setAccess((scope) => ({ isOpen: inArchive(scope).isOpen })),
  },
];

/**
 * Brings a tenant back from the archive, as it was before: who could log in can again, its clients have their former
 * status, its subscriptions go on where their periods have not ended. When it cannot be done, all stays in the archive.
 */
export const restoreTenant = defineSaga({
  kind: 'restoreTenant',
  input: restoreTenantInput,
  steps: [
    looking('archive', 'platform', 'query ($tenantId: ID!) { archiveOfTenant(tenantId: $tenantId) }', true),
    ...lookAtTenant,
    ...restoring,
  ],
  retain: (input) => input,
});

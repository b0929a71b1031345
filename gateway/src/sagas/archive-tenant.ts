import { tenantId } from '@cdx/kit';
import { z } from 'zod';
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
import { lookAtTenant, standingOf, type TenantStanding } from './tenant-standing.ts';

/** What `archiveTenant` takes. */
export const archiveTenantInput = z.object({
  id: tenantId,
  reason: z.string().trim().min(1, 'must not be empty').max(1_000).nullish(),
});

export type ArchiveTenantInput = z.output<typeof archiveTenantInput>;

/** Why the subscriptions of a tenant end. */
export const reasonOf = ({ reason }: ArchiveTenantInput): string => reason ?? 'The tenant is archived';

const before = ({ kept }: Scope<ArchiveTenantInput>): TenantStanding => standingOf(kept);

const archiving: readonly Step<ArchiveTenantInput>[] = [
  {
    ...{ name: 'tenant', service: 'platform' },
    run: markArchived((scope) => ({ from: before(scope).status })),
    undo: unmarkArchived((scope) => ({ to: before(scope).status })),
  },
  {
    ...{ name: 'access', service: 'auth' },
    run: setAccess(() => ({ isOpen: false })),
    undo: setAccess((scope) => ({ isOpen: before(scope).isOpen })),
  },
  {
    ...{ name: 'clients', service: 'clients' },
    run: archiveClients((scope) => ({ ids: Object.values(before(scope).clients).flat() })),
    undo: restoreClients((scope) => before(scope).clients),
  },
  {
    ...{ name: 'subscriptions', service: 'billing' },
    run: endSubscriptions((scope) => ({ ids: before(scope).subscriptions, reason: reasonOf(scope.input) })),
    undo: keepSubscriptions((scope) => ({ ids: before(scope).subscriptions })),
  },
];

/**
 * Takes a tenant out of use: nobody of it logs in, its clients are in the archive, its subscriptions end with their
 * periods. Nothing is deleted; and when it cannot be done, all is as it was.
 */
export const archiveTenant = defineSaga({
  kind: 'archiveTenant',
  input: archiveTenantInput,
  steps: [...lookAtTenant, ...archiving],
  retain: (input) => input,
});

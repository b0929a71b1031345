import { z } from 'zod';
import type { Scope, Step } from './definition.ts';

/** What a saga takes that is about a tenant as a whole. */
export interface AboutTenant {
  readonly id: string;
}

/** What archiving a tenant changes of it, as it is at one moment. */
export interface TenantStanding {
  readonly status: string;
  /** Whether the tenant's users may log in. */
  readonly isOpen: boolean;
  /** The clients in use, by their status. */
  readonly clients: { readonly active: readonly string[]; readonly suspended: readonly string[] };
  /** The subscriptions that go on by themselves. */
  readonly subscriptions: readonly string[];
}

export const ofTenant = ({ input: { id } }: Scope<AboutTenant>): { readonly tenantId: string } => ({
  tenantId: id,
});

/** A step that changes nothing, and so is undone by nothing: it has the journal know how it is. */
export const looking = (
  name: string,
  service: string,
  query: string,
  isInternal = false,
): Step<AboutTenant> => ({
  ...{ name, service, keepsAnswer: true },
  run: { isInternal, query, variables: ofTenant },
  undo: 'nothing',
});

/** Has the journal know how a tenant stands, before anything of it changes. */
export const lookAtTenant: readonly Step<AboutTenant>[] = [
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

const ids = z.array(z.string());
const tenantBefore = z.object({ tenant: z.object({ status: z.string() }).nullable() });
const accessBefore = z.object({
  organizations: z.object({ edges: z.array(z.object({ node: z.object({ isActive: z.boolean() }) })) }),
});
const clientsBefore = z.object({ clientsInUse: z.object({ active: ids, suspended: ids }) });
const subscriptionsBefore = z.object({ renewingSubscriptions: ids });

/**
 * How a tenant stood when it was looked at.
 * @param kept what the steps of `lookAtTenant` have kept
 */
export function standingOf(kept: (step: string) => unknown): TenantStanding {
  const { edges } = accessBefore.parse(kept('accessBefore')).organizations;
  return {
    // A tenant that is not there is refused by the step that would change it.
    status: tenantBefore.parse(kept('tenantBefore')).tenant?.status ?? 'ACTIVE',
    isOpen: edges.every(({ node }) => node.isActive),
    clients: clientsBefore.parse(kept('clientsBefore')).clientsInUse,
    subscriptions: subscriptionsBefore.parse(kept('subscriptionsBefore')).renewingSubscriptions,
  };
}

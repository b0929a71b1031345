import { atIntervals, type Logger, type RowsChanged } from '@cdx/kit';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { askAsSystem, type SystemSource } from '../datasources/index.ts';

const pageSize = 200;
/** An organization is seen when its transaction is over, some time after the moment that it has as its beginning. */
const overlapMs = 60_000;

const organization = z.object({
  id: z.string(),
  name: z.string(),
  tenantId: z.string(),
  createdAt: z.string(),
});
type Organization = z.output<typeof organization>;

const edgesOf = <Node extends z.ZodType>(node: Node) => z.array(z.object({ node }));
const organizationPage = z.object({
  found: z.object({
    edges: edgesOf(organization),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});
const idPage = z.object({ found: z.object({ edges: edgesOf(z.object({ id: z.string() })) }) });

const operations = {
  organizations: `query ($first: Int, $since: DateTime!, $after: String) {
    found: organizations(first: $first, after: $after, orderBy: { field: CREATED_AT },
      filter: { createdAt: { gte: $since } }) {
      pageInfo { hasNextPage endCursor } edges { node { id name tenantId createdAt } } } }`,
  still: `query ($first: Int, $ids: [ID!]!) {
    found: organizations(first: $first, filter: { id: { in: $ids } }) { edges { node { id } } } }`,
  tenants: `query ($first: Int, $ids: [ID!]!) {
    found: tenants(first: $first, filter: { id: { in: $ids } }) { edges { node { id } } } }`,
  create: 'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { id } }',
} as const;

export interface SignUpsOptions {
  readonly sourceOf: (service: 'auth' | 'platform') => SystemSource | undefined;
  readonly log: Logger;
  /** Told of each tenant that is made. */
  readonly onChange: (change: RowsChanged) => void;
}

/**
 * Gives organizations that have signed up by themselves, or were made alone, their tenant: a row that superadmins see and
 * go on with. Each look goes on where the last one has come to; the first one of a process looks at all.
 */
export class SignUps {
  readonly #options: SignUpsOptions;
  /** Organizations that are older have been looked at. */
  #since = new Date(0);

  constructor(options: SignUpsOptions) {
    this.#options = options;
  }

  /**
   * Looks at intervals.
   * @param seconds between two looks; never when 0
   * @returns ends it
   */
  start(seconds: number): () => Promise<void> {
    if (seconds === 0) return () => Promise.resolve();
    return atIntervals(
      seconds * 1_000,
      () => this.look(),
      (error) => this.#options.log.warn({ error }, 'organizations without a tenant could not be looked for'),
    );
  }

  /**
   * Makes the tenants that are missing. Another gateway may do the same at the same time.
   * @throws with the code of whoever does not answer; what has been made stays, and the next look tries the rest again
   */
  async look(): Promise<void> {
    const [auth, platform] = [this.#options.sourceOf('auth'), this.#options.sourceOf('platform')];
    if (!auth || !platform) return;
    const since = this.#since.toISOString();
    for (let after: string | null = null, hasNext = true; hasNext;) {
      const variables = { first: pageSize, since, after };
      const { found } = organizationPage.parse(await askAsSystem(auth, operations.organizations, variables));
      const page = found.edges.map(({ node }) => node);
      for (const one of await withoutTenant(page, auth, platform)) await this.#create(one, platform);
      this.#goOnFrom(page.at(-1));
      ({ hasNextPage: hasNext, endCursor: after } = found.pageInfo);
    }
  }

  #goOnFrom(last: Organization | undefined): void {
    if (last) this.#since = new Date(Date.parse(last.createdAt) - overlapMs);
  }

  async #create({ name, tenantId: id }: Organization, platform: SystemSource): Promise<void> {
    const input = { id, clientId: id, name, environment: 'PRODUCTION', status: 'PROVISIONING' };
    try {
      await askAsSystem(platform, operations.create, { input });
      this.#options.onChange({ domain: 'platform', tenantId: id });
    } catch (error) {
      const code = error instanceof GraphQLError ? error.extensions.code : undefined;
      // Another gateway was quicker, or a superadmin.
      if (code === 'CONFLICT') return;
      // What will never do is passed over; all else is tried again.
      if (code !== 'BAD_USER_INPUT') throw error;
      this.#options.log.warn({ error, tenant: id }, 'an organization’s tenant cannot be made');
    }
  }
}

/**
 * The organizations that have no tenant. One that is being provisioned has its tenant first, and one that is being undone
 * goes before its tenant: whichever is still there after its tenant was missing is no part of either.
 */
async function withoutTenant(
  organizations: readonly Organization[],
  auth: SystemSource,
  platform: SystemSource,
): Promise<Organization[]> {
  const tenants = await idsOf(
    platform,
    operations.tenants,
    organizations.map(({ tenantId }) => tenantId),
  );
  const missing = organizations.filter(({ tenantId }) => !tenants.has(tenantId));
  const still = await idsOf(
    auth,
    operations.still,
    missing.map(({ id }) => id),
  );
  return missing.filter(({ id }) => still.has(id));
}

/** Those of the ids that there are. */
async function idsOf(
  source: SystemSource,
  query: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { found } = idPage.parse(await askAsSystem(source, query, { first: pageSize, ids }));
  return new Set(found.edges.map(({ node }) => node.id));
}

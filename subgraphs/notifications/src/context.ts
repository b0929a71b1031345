import type { SubgraphContext } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-notifications';

/** What the resolvers need beside the database. */
export interface Services {
  /** The key that browsers subscribe to push messages with; null when there are none. */
  readonly pushPublicKey: string | null;
}

/** What the resolvers of this domain get. */
export type Context = SubgraphContext<Prisma.TransactionClient, Services>;

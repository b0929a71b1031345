import type { SubgraphContext } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-analytics';

/** What the resolvers of this domain get: its database, and nothing beside it. */
export type Context = SubgraphContext<Prisma.TransactionClient, null>;

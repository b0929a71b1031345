import type { SubgraphContext } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-platform';

export type Transaction = Prisma.TransactionClient;

/** What the resolvers of this domain get: its database, and nothing beside it. */
export type Context = SubgraphContext<Transaction, null>;

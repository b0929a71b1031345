import type { SubgraphContext } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-clients';
import type { Embedder } from './embedder/index.ts';

export interface Services {
  readonly embedder: Embedder;
}

export type Transaction = Prisma.TransactionClient;
export type Context = SubgraphContext<Transaction, Services>;

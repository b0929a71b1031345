import type { SubgraphContext } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-analytics';
import type { Settings } from './settings.ts';

export interface Services {
  readonly settings: Settings;
}

export type Transaction = Prisma.TransactionClient;
export type Context = SubgraphContext<Transaction, Services>;

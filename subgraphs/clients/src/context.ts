import { requireRole, type SubgraphContext, type User } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-clients';
import type { Embedder } from './embedder/index.ts';

export interface Services {
  readonly embedder: Embedder;
}

export type Transaction = Prisma.TransactionClient;
export type Context = SubgraphContext<Transaction, Services>;

/** The caller, who may change what belongs to the own tenant's clients. */
export function requireWriter(context: Context): User {
  return requireRole(context, 'superadmin', 'admin', 'client');
}

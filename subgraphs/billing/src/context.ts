import type { SubgraphContext } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-billing';

/** How invoices are issued. */
export interface Terms {
  /** How long a customer has to pay an invoice, in days. */
  readonly paymentDays: number;
}

export type Transaction = Prisma.TransactionClient;
export type Context = SubgraphContext<Transaction, Terms>;

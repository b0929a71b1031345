import type { SubgraphContext, Walled, WritesOnly } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-auth';
import type { Mailer } from './accounts/mailer.ts';
import type { SigningKeys } from './accounts/signing-keys.ts';
import type { Settings } from './settings.ts';

/** What accounts need beside the database. */
export interface Services {
  readonly keys: SigningKeys;
  readonly mailer: Mailer;
  readonly settings: Settings;
}

/** What a mutation writes with. It reads through the walls, before; but the price list is everybody's. */
export type Transaction = WritesOnly<Prisma.TransactionClient> & {
  readonly subscriptionTier: Pick<Prisma.TransactionClient['subscriptionTier'], 'findUniqueOrThrow'>;
};

/** The database takes no statement but a walled one: MySQL has no row-level security. */
export type Context = SubgraphContext<Transaction, Services, Walled>;

import type { SubgraphContext } from '@cdx/kit';
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

export type Transaction = Prisma.TransactionClient;
export type Context = SubgraphContext<Transaction, Services>;

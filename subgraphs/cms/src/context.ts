import type { SubgraphContext } from '@cdx/kit';
import type { Prisma } from '@cdx/prisma-cms';
import type { MediaStorage } from './media/storage.ts';
import type { SchemaValidators } from './schemas/validators.ts';

/** What the domain has beside its database. */
export interface Services {
  readonly validators: SchemaValidators;
  readonly media: {
    readonly storage: MediaStorage;
    /** How files are reached from outside; null where none are taken. */
    readonly url: string | null;
    /** The largest file, in bytes. */
    readonly maxBytes: number;
  };
}

export type Transaction = Prisma.TransactionClient;
export type Context = SubgraphContext<Transaction, Services>;

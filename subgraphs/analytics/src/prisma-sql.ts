import { Prisma } from '@cdx/prisma-analytics';
import type { Sql } from 'sql-template-tag';

/** A statement for the raw queries of a transaction: Prisma has a copy of the class of its own. */
export function prismaSql({ strings, values }: Sql): Prisma.Sql {
  return new Prisma.Sql(strings, values);
}

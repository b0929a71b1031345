import type { DemoWorld } from './world.ts';

/** What a column can be given; objects and arrays are JSON, or an array where the column is one. */
export type Value = string | number | boolean | null | Date | Uint8Array | object;

/** A row by its column names; all rows of a table have the same. */
export type Row = Readonly<Record<string, Value>>;

/** Rows by table, in an order in which they can be inserted. */
export type Tables = readonly (readonly [table: string, rows: readonly Row[]])[];

/** The demo data of a Postgres domain: what `prisma/<name>/demo/index.ts` exports as `demo`. */
export interface DomainDemo {
  /**
   * The table, with its schema, that is empty until the demo data has been loaded; the rows of a domain come in one
   * transaction. Where there are rows already, whoever made them, nothing is loaded.
   */
  readonly marker: string;
  /** Makes the rows. They follow from the world alone: the same world gives the same rows. */
  readonly plan: (world: DemoWorld) => Tables;
  /** SQL statements of the same transaction that come before the rows: they make the partitions that these need. */
  readonly before?: (world: DemoWorld) => readonly string[];
  /** SQL statements of the same transaction that come after the rows: they compute what follows from these. */
  readonly after?: (world: DemoWorld) => readonly string[];
}

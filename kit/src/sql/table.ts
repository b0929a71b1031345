/** What a column holds, whatever the database calls it. */
export type ColumnType =
  | 'uuid'
  | 'text'
  | 'int'
  | 'bigint'
  | 'float'
  | 'decimal'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'json'
  | 'enum';

export interface ColumnDescriptor {
  /** The column's name in SQL. */
  readonly column: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
  /** The column is an array of `type`. */
  readonly list?: boolean;
  /** The Postgres type of an enum column, with its schema; MySQL enums have no name. */
  readonly enumName?: string;
  /** Audit and logs mask it: a secret wholly, a personal value but for its first letter. */
  readonly privacy?: 'secret' | 'personal';
  /** Why the column is read with every row, whatever an operation selects. */
  readonly always?: string;
  /** Why nobody looks inside the JSON: a query may pass it on as text. */
  readonly opaque?: string;
  /** Why a change of this column alone is not on record. */
  readonly unaudited?: string;
}

/** A table as statements are built from it; generated from the domain's schema.prisma. */
export interface TableDescriptor {
  /** The type's name in Prisma and GraphQL. */
  readonly model: string;
  /** The Postgres schema; null in MySQL. */
  readonly schema: string | null;
  readonly table: string;
  /** The properties that make the primary key, in its order. */
  readonly primaryKey: readonly string[];
  /** The columns by property name. */
  readonly columns: Readonly<Record<string, ColumnDescriptor>>;
  /** Why changes of its rows are not on record. */
  readonly unaudited?: string;
  /** Why its rows belong to no tenant, so that nobody reads across tenants there. */
  readonly shared?: string;
}

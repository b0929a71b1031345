import sql, { join, type Sql } from 'sql-template-tag';
import { badInput } from '../errors/errors.ts';
import type { Readable } from '../pagination/lists.ts';
import { columnOf, columnRef, tableName } from '../sql/columns.ts';
import type { RequestDatabase } from '../sql/database.ts';

/** How words are told apart: by their stems, or as they are written, for names. */
export type SearchLanguage = 'english' | 'simple';

/** A type whose table, or what stands for it, has a column `search`, the vector of its texts. */
export interface Searched extends Pick<Readable, 'table' | 'where' | 'from'> {
  /** The language that the vector was made by. */
  readonly language: SearchLanguage;
  /**
   * The tenant that a row belongs to, over the table aliased `t`; its column `tenant_id` when not given. Null says that
   * the rows belong to no tenant, and are found whichever is meant.
   */
  readonly tenant?: Sql | null;
  /** What a hit is called; over the table aliased `t`. */
  readonly title: Sql;
  /** What the highlight is cut from. */
  readonly body: Sql;
}

/** What is found by other ways than one table's vector: what lies in a schema for each client. */
export interface SearchedElsewhere {
  /** Selects the `type`, `id`, `client_id`, `tenant_id` and `rank` of what has the words. */
  readonly matches: Sql;
  /** Selects the `title`, the `body` and its `language` of the hit `h`, and nothing of what is not found by this way. */
  readonly shown: Sql;
}

/** What is looked for. */
export interface Sought {
  /** As search engines take it: `"exact words" -without`. */
  readonly text: string;
  /** The tenant that is meant, among what the caller sees; all when not given. */
  readonly tenantId?: string | null | undefined;
  /** How many hits, 1 to 100. */
  readonly first: number;
}

/** `SearchHit` of the common types. */
export interface SearchHit {
  readonly type: string;
  readonly id: string;
  readonly clientId: string | null;
  readonly tenantId: string | null;
  readonly title: string;
  readonly highlight: string;
  readonly rank: number;
}

/**
 * The condition that a row of the table aliased `t` has the words, as search engines take them: `"exact words" -without`.
 * @throws BAD_USER_INPUT for a text that is empty or too long
 */
export function hasWords(text: string, language: SearchLanguage): Sql {
  checkText(text);
  return sql`t.search @@ websearch_to_tsquery(${language}::regconfig, ${text})`;
}

/**
 * The best matches in a Postgres database, by one statement. Titles, bodies and highlights are made for those alone, since
 * they cost more than the search.
 * @throws BAD_USER_INPUT for a text or a number that cannot be
 */
export function searchTables(
  db: Pick<RequestDatabase<unknown>, 'many'>,
  searched: readonly (Searched | SearchedElsewhere)[],
  sought: Sought,
): Promise<SearchHit[]> {
  checkSought(sought);
  const { text, first } = sought;
  const found = searched.map((source) => ('matches' in source ? source.matches : matchesIn(source, sought)));
  const shown = searched.map((source) => ('shown' in source ? source.shown : shownOf(source)));
  return db.many<SearchHit>(sql`
    select h.type, h.id, h.client_id as "clientId", h.tenant_id as "tenantId", s.title, h.rank,
      ts_headline(s.language, s.body, websearch_to_tsquery(s.language, ${text}),
        'StartSel=**, StopSel=**, MaxFragments=1') as highlight
    from (select * from (${join(found, ' union all ')}) a order by a.rank desc, a.type, a.id limit ${first}) h
      cross join lateral (${join(shown, ' union all ')}) s
    order by h.rank desc, h.type, h.id`);
}

/** @throws BAD_USER_INPUT for a text or a number that cannot be */
export function checkSought({ text, first }: Sought): void {
  checkText(text);
  if (first < 1 || first > 100) throw badInput('first', 'between 1 and 100');
}

/** The rows of a table that have the words, with their ranks. */
function matchesIn(source: Searched, { text, tenantId }: Sought): Sql {
  const { table, where = sql`true`, language } = source;
  const tenant = tenantOf(source);
  const ofTenant = tenantId == null || tenant === null ? sql`true` : sql`${tenant} = ${tenantId}`;
  return sql`
    select ${table.model}::text as type, ${idOf(table)}::text as id, null::text as client_id,
      ${tenant ?? sql`null`}::text as tenant_id,
      ts_rank(t.search, q.query) as rank
    from ${placeOf(source)} t, websearch_to_tsquery(${language}::regconfig, ${text}) q(query)
    where t.search @@ q.query and ${where} and ${ofTenant}`;
}

/** What is shown of the hit `h`, if it is of this table. */
function shownOf(source: Searched): Sql {
  const { table, language, title, body } = source;
  // The id of another table's hit may be no UUID: it is read as one only where the hit is of this table.
  const id =
    columnOf(table, 'id').type === 'uuid'
      ? sql`case when h.type = ${table.model} then h.id::uuid end`
      : sql`h.id`;
  return sql`
    select ${title} as title, ${body} as body, ${language}::regconfig as language
    from ${placeOf(source)} t where h.type = ${table.model} and ${idOf(table)} = ${id}`;
}

const placeOf = ({ table, from }: Searched): Sql => from ?? tableName('postgres', table);

const idOf = (table: Searched['table']): Sql => columnRef('postgres', table, 'id');

function tenantOf({ table, tenant }: Searched): Sql | null {
  if (tenant !== undefined) return tenant;
  return 'tenantId' in table.columns ? columnRef('postgres', table, 'tenantId') : null;
}

function checkText(text: string): void {
  if (text.trim() === '' || text.length > 1_000) throw badInput('text', 'between 1 and 1,000 characters');
}

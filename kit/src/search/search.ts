import sql, { join, type Sql } from 'sql-template-tag';
import { badInput } from '../errors/errors.ts';
import type { Readable } from '../pagination/lists.ts';
import { tableName } from '../sql/columns.ts';
import type { RequestDatabase } from '../sql/database.ts';

/** How words are told apart: by their stems, or as they are written, for names. */
export type SearchLanguage = 'english' | 'simple';

/** A type whose table, or what stands for it, has a column `search`, the vector of its texts. */
export interface Searched extends Pick<Readable, 'table' | 'where' | 'from'> {
  /** The language that the vector was made by. */
  readonly language: SearchLanguage;
  /** What a hit is called; over the table aliased `t`. */
  readonly title: Sql;
  /** What the highlight is cut from. */
  readonly body: Sql;
}

/** `SearchHit` of the common types. */
export interface SearchHit {
  readonly type: string;
  readonly id: string;
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
 * The best matches among the rows of some tables of a Postgres database, by one statement. Titles, bodies and highlights
 * are made for those alone, since they cost more than the search.
 * @param first how many, 1 to 100
 * @throws BAD_USER_INPUT for a text or a number that cannot be
 */
export function searchTables(
  db: Pick<RequestDatabase<unknown>, 'many'>,
  searched: readonly Searched[],
  text: string,
  first: number,
): Promise<SearchHit[]> {
  checkText(text);
  if (first < 1 || first > 100) throw badInput('first', 'between 1 and 100');
  const found = searched.map(
    ({ table, where = sql`true`, from, language }) => sql`
      select ${table.model}::text as type, t.id, ${tenantOf(table)} as tenant_id, ts_rank(t.search, q.query) as rank
      from ${from ?? tableName('postgres', table)} t,
        websearch_to_tsquery(${language}::regconfig, ${text}) q(query)
      where t.search @@ q.query and ${where}`,
  );
  const shown = searched.map(
    ({ table, from, language, title, body }) => sql`
      select ${title} as title, ${body} as body, ${language}::regconfig as language
      from ${from ?? tableName('postgres', table)} t where h.type = ${table.model} and t.id = h.id`,
  );
  return db.many<SearchHit>(sql`
    select h.type, h.id, h.tenant_id as "tenantId", s.title, h.rank,
      ts_headline(s.language, s.body, websearch_to_tsquery(s.language, ${text}),
        'StartSel=**, StopSel=**, MaxFragments=1') as highlight
    from (select * from (${join(found, ' union all ')}) a order by a.rank desc, a.type, a.id limit ${first}) h
      cross join lateral (${join(shown, ' union all ')}) s
    order by h.rank desc, h.type, h.id`);
}

const tenantOf = ({ columns }: Readable['table']): Sql =>
  'tenantId' in columns ? sql`t.tenant_id` : sql`null::text`;

function checkText(text: string): void {
  if (text.trim() === '' || text.length > 1_000) throw badInput('text', 'between 1 and 1,000 characters');
}

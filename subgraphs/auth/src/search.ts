import { allWalled, checkSought, walled, type Sought, type Walled } from '@cdx/kit';
import { Organization, User, UserProject } from '@cdx/prisma-auth/tables';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { QueryResolvers, SearchHit } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { columnPattern, passageOf, readWords, type Term, type Words } from './search-words.ts';

/** A text of a row and how much it says about it. */
interface SearchedText {
  readonly column: Sql;
  readonly weight: Weight;
}

/** A table with what hits in it show; all over its rows aliased `t`. */
interface Searched {
  readonly type: string;
  readonly rows: Walled;
  readonly tenant: Sql;
  readonly title: Sql;
  readonly texts: readonly SearchedText[];
}

type Weight = 'A' | 'B';

/** What `ts_rank` of Postgres gives one word in a text of this weight: hits of all domains are put in one order. */
const ranks: Readonly<Record<Weight, Sql>> = { A: raw('0.6079271e0'), B: raw('0.2431708e0') };

interface HitRow extends Pick<SearchHit, 'type' | 'id' | 'tenantId' | 'title'> {
  readonly body: string;
  readonly score: number;
}

export const query: QueryResolvers = {
  async authSearch(_, sought, context) {
    checkSought(sought);
    const words = readWords(sought.text);
    if (words.terms.length === 0) return [];
    const found = searchedBy(context).map((searched) => matchesIn(searched, words, sought));
    const rows = await context.db.many<HitRow>(
      walled`select * from (${allWalled(found, ' union all ')}) h order by h.score desc, h.type, h.id
        limit ${raw(String(Math.trunc(sought.first)))}`,
    );
    return rows.map(({ body, score, ...hit }) => ({
      ...hit,
      rank: score,
      highlight: passageOf(body, words.terms),
    }));
  },
};

/** What the caller may search: the rows behind the walls. */
function searchedBy({ db }: Context): Searched[] {
  const name: SearchedText = { column: sql`t.name`, weight: 'A' };
  return [
    {
      type: User.model,
      rows: db.rowsOf(User),
      tenant: sql`t.tenant_id`,
      title: sql`t.name`,
      texts: [name, { column: sql`t.email`, weight: 'B' }],
    },
    {
      type: Organization.model,
      rows: db.rowsOf(Organization),
      tenant: sql`t.tenant_id`,
      title: sql`t.name`,
      texts: [name, { column: sql`t.slug`, weight: 'B' }],
    },
    {
      type: UserProject.model,
      rows: walled`(select p.id, p.name, coalesce(p.description, '') as description, u.tenant_id
        from ${db.rowsOf(UserProject)} p join ${db.rowsOf(User)} u on u.id = p.user_id)`,
      tenant: sql`t.tenant_id`,
      title: sql`t.name`,
      texts: [name, { column: sql`t.description`, weight: 'B' }],
    },
  ];
}

/** The rows that have the words, with a rank from 0 to 1: for each word of the best text that has it. */
function matchesIn(searched: Searched, words: Words, { tenantId }: Sought): Walled {
  const { type, rows, tenant, title, texts } = searched;
  const body = join(
    texts.map(({ column }) => column),
    ', ',
  );
  const scores = words.terms.map((term) => scoreOf(term, texts));
  const ofTenant = tenantId == null ? sql`true` : sql`${tenant} = ${tenantId}`;
  return walled`select ${type} as type, t.id, ${tenant} as tenantId, ${title} as title,
      concat_ws(', ', ${body}) as body, (${join(scores, ' + ')}) / ${raw(String(scores.length))} as score
    from ${rows} t where ${ofTenant} and ${conditionOf(words, texts)}`;
}

function scoreOf(term: Term, texts: readonly SearchedText[]): Sql {
  const cases = texts.map(({ column, weight }) => sql`when ${has(column, term)} then ${ranks[weight]}`);
  return sql`case ${join(cases, ' ')} else 0e0 end`;
}

/** The row has all the words of one of the alternatives, and none of those that it is to be without. */
function conditionOf({ alternatives }: Words, texts: readonly SearchedText[]): Sql {
  const inSome = (term: Term): Sql =>
    sql`(${join(
      texts.map(({ column }) => has(column, term)),
      ' or ',
    )})`;
  const all = alternatives.map(
    (terms) =>
      sql`(${join(
        terms.map((term) => (term.wanted ? inSome(term) : sql`not ${inSome(term)}`)),
        ' and ',
      )})`,
  );
  return sql`(${join(all, ' or ')})`;
}

const has = (column: Sql, term: Term): Sql => sql`${column} regexp ${columnPattern(term)}`;

import { isSelected, loadSummary, referToPlatform, referToTenant } from '@cdx/kit';
import type { GraphQLResolveInfo } from 'graphql';
import sql, { join, type Sql } from 'sql-template-tag';
import type { PlatformResolvers, TenantResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

/** The figures of a tenant's content, or of all. Those that nobody has asked for are as if there were none. */
export interface Summary {
  readonly items: number;
  readonly published: number;
  readonly drafts: number;
  readonly archived: number;
  readonly contentTypes: number;
  readonly pages: number;
  readonly publishedPages: number;
  readonly mediaFiles: number;
  readonly mediaBytes: number;
  readonly lastPublishedAt: Date | null;
  readonly itemsByType: readonly TypeCount[];
}

interface TypeCount {
  readonly type: string;
  readonly count: number;
  readonly published: number;
}

const nothing: Summary = {
  ...{ items: 0, published: 0, drafts: 0, archived: 0, contentTypes: 0, pages: 0, publishedPages: 0 },
  ...{ mediaFiles: 0, mediaBytes: 0, lastPublishedAt: null, itemsByType: [] },
};

/** What is counted: the rows of some tenants each on their own, or all rows together. */
interface Counted {
  /** What each row counts for. */
  readonly key: Sql;
  readonly where: Sql;
}

/** A table that is counted, and the figures that it gives. */
interface Part {
  /** What its rows are called in the statement. */
  readonly name: Sql;
  readonly fields: readonly (keyof Summary)[];
  /** The moment of the last publication in it, where there is one. */
  readonly last?: Sql;
  /** A row for each key: `key`, the figures, and `last`. */
  readonly rows: (counted: Counted) => Sql;
}

/** Types that a summary lists. */
const maxTypes = 50;

const parts: readonly Part[] = [
  {
    name: sql`of_items`,
    last: sql`of_items.last`,
    fields: ['items', 'published', 'drafts', 'archived', 'lastPublishedAt'],
    rows: ({ key, where }) => sql`select ${key} as key, count(*)::int as items,
        count(*) filter (where t.status = 'published')::int as published,
        count(*) filter (where t.status = 'draft')::int as drafts,
        count(*) filter (where t.status = 'archived')::int as archived, max(t.published_at) as last
      from cms.content_items t where t.parent_id is null and ${where} group by 1`,
  },
  {
    name: sql`of_pages`,
    last: sql`of_pages.last`,
    fields: ['pages', 'publishedPages', 'lastPublishedAt'],
    rows: ({ key, where }) => sql`select ${key} as key, count(*)::int as pages,
        count(*) filter (where t.status = 'published')::int as "publishedPages", max(t.published_at) as last
      from cms.pages t where ${where} group by 1`,
  },
  {
    name: sql`of_media`,
    fields: ['mediaFiles', 'mediaBytes'],
    rows: ({ key, where }) => sql`select ${key} as key, count(*)::int as "mediaFiles",
        sum(t.file_size)::float8 as "mediaBytes"
      from cms.media_files t where ${where} group by 1`,
  },
  {
    name: sql`of_types`,
    fields: ['contentTypes'],
    rows: ({ key, where }) => sql`select ${key} as key, count(*)::int as "contentTypes"
      from cms.content_types t where ${where} group by 1`,
  },
  {
    name: sql`of_kinds`,
    fields: ['itemsByType'],
    rows: ({ key, where }) => sql`select key, jsonb_agg(
          jsonb_build_object('type', type, 'count', count, 'published', published) order by place
        ) as "itemsByType"
      from (
        select ${key} as key, c.slug as type, count(*)::int as count,
          count(*) filter (where t.status = 'published')::int as published,
          row_number() over (partition by ${key} order by count(*) desc, c.slug) as place
        from cms.content_items t join cms.content_types c on c.id = t.content_type_id
        where t.parent_id is null and ${where} group by 1, 2
      ) x where place <= ${maxTypes} group by key`,
  },
];

export const tenant: TenantResolvers = {
  __resolveReference: referToTenant,
  cms({ id }, _, context, info) {
    const selected = partsIn(info);
    return loadSummary(context, `Tenant.cms(${selected.key})`, id, nothing, (tenantIds) => {
      const ids = [...tenantIds];
      const counted = { key: sql`t.tenant_id`, where: sql`t.tenant_id = any(${ids}::text[])` };
      return readSummaries(context, selected.parts, counted, ids);
    });
  },
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  async cms(reference, _, context, info) {
    if (!referToPlatform(reference, context)) return null;
    const counted = { key: sql`'all'::text`, where: sql`true` };
    const [summary] = await readSummaries(context, partsIn(info).parts, counted, ['all']);
    return summary ?? nothing;
  },
};

/** The parts that somebody asks something of. */
function partsIn(info: GraphQLResolveInfo): { readonly key: string; readonly parts: readonly Part[] } {
  const selected = parts.filter(({ fields }) => fields.some((field) => isSelected(info, field)));
  return { key: selected.map(({ fields: [first] }) => first).join(), parts: selected };
}

interface Row {
  readonly tenantId: string;
  readonly figures: Partial<Summary>;
  readonly lastPublishedAt: Date | null;
}

/** The figures of each key, by one statement. */
async function readSummaries(
  { db }: Context,
  selected: readonly Part[],
  counted: Counted,
  keys: readonly string[],
): Promise<(Summary & { readonly tenantId: string })[]> {
  if (selected.length === 0) return [];
  const figures = selected.map(({ name }) => sql`coalesce(to_jsonb(${name}) - 'key' - 'last', '{}')`);
  const lasts = selected.flatMap(({ last }) => (last ? [last] : []));
  const joins = selected.map(
    ({ name, rows }) => sql`left join (${rows(counted)}) ${name} on ${name}.key = o.key`,
  );
  const rows = await db.many<Row>(
    sql`select o.key as "tenantId", ${join(figures, ' || ')} as figures,
        greatest(${join([...lasts, sql`null::timestamptz`])}) as "lastPublishedAt"
      from unnest(${[...keys]}::text[]) o(key) ${join(joins, ' ')}`,
  );
  return rows.map(({ tenantId, figures: found, lastPublishedAt }) => ({
    ...nothing,
    ...found,
    tenantId,
    lastPublishedAt,
  }));
}

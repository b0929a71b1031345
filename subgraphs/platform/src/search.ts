import { badInput, tableName, type TableDescriptor } from '@cdx/kit';
import { SecurityEvent, Service, Tenant } from '@cdx/prisma-platform/tables';
import sql, { join, type Sql } from 'sql-template-tag';
import type { QueryResolvers, SearchHit } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

/** A searchable table; the parts of SQL are over it, aliased `t`. */
interface Searched {
  readonly table: TableDescriptor;
  readonly tenantId: Sql;
  readonly title: Sql;
  /** The text that a highlight is cut from. */
  readonly body: Sql;
}

const tenants: Searched = {
  table: Tenant,
  tenantId: sql`t.id`,
  title: sql`t.name`,
  body: sql`concat_ws(' · ', t.name, t.id, t.client_id, t.region)`,
};
const services: Searched = {
  table: Service,
  tenantId: sql`null::varchar`,
  title: sql`t.name`,
  body: sql`concat_ws(' · ', t.name, t.kind, t.version)`,
};
const securityEvents: Searched = {
  table: SecurityEvent,
  tenantId: sql`t.tenant_id`,
  title: sql`t.kind`,
  body: sql`concat_ws(' · ', translate(t.kind, '_.', '  '), t.description)`,
};

export const query: QueryResolvers = {
  platformSearch(_, { text, tenantId, first }, context) {
    if (text.trim() === '' || text.length > 1_000) throw badInput('text', 'between 1 and 1,000 characters');
    if (first < 1 || first > 100) throw badInput('first', 'between 1 and 100');
    const searched = [tenants, services, ...(mayReadEvents(context) ? [securityEvents] : [])];
    return context.db.many<SearchHit>(searchStatement(searched, { text, tenantId: tenantId ?? null, first }));
  },
};

/** Security events need a scope that reading the platform does not give. */
function mayReadEvents({ identity: { role, scopes } }: Context): boolean {
  return role === 'system' || scopes.includes('platform:audit:read');
}

interface Sought {
  readonly text: string;
  readonly tenantId: string | null;
  readonly first: number;
}

/** One statement over all the tables; highlights are made for the page alone, since they cost more than the search. */
function searchStatement(searched: readonly Searched[], { text, tenantId, first }: Sought): Sql {
  const parts = searched.map(({ table, tenantId: owner, title, body }) => {
    const ofTenant = tenantId === null ? sql`true` : sql`${owner} = ${tenantId}`;
    return sql`select ${table.model}::text as type, t.id::text as id, ${owner} as "tenantId", ${title} as title,
        ${body} as body, ts_rank(t.search, q.query) as rank, q.query
      from ${tableName('postgres', table)} t, q where t.search @@ q.query and ${ofTenant}`;
  });
  return sql`with q as (select websearch_to_tsquery('english', ${text}) as query),
    hits as (select * from (${join(parts, ' union all ')}) h order by h.rank desc, h.type, h.id limit ${first})
    select type, id, "tenantId", title, rank,
      ts_headline('english', body, query, 'StartSel=**, StopSel=**, MaxFragments=1') as highlight
    from hits order by rank desc, type, id`;
}

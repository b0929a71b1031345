import { requireUser, searchTables, type Searched, type SearchedElsewhere, type Sought } from '@cdx/kit';
import { AgentDefinition, Client } from '@cdx/prisma-clients/tables';
import sql from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

const clients: Searched = {
  table: Client,
  language: 'simple',
  title: sql`t.name`,
  body: sql`concat_ws(' · ', t.name, replace(t.client_id, '_', ' '), t.contact_email)`,
};

const definitions: Searched = {
  table: AgentDefinition,
  tenant: null,
  language: 'english',
  title: sql`t.name`,
  body: sql`concat_ws('. ', t.name, t.category, t.description)`,
};

export const query: QueryResolvers = {
  clientsSearch(_, sought, context) {
    requireUser(context);
    return searchTables(context.db, [clients, definitions, schemasOf(context, sought)], sought);
  },
};

/** What lies in the clients' schemas: functions of the database go through those of the clients that the caller sees. */
function schemasOf(context: Context, { text, tenantId, first }: Sought): SearchedElsewhere {
  return {
    matches: sql`select f.hit_type as type, f.hit_id as id, f.client_id, f.tenant_id, f.rank
      from clients.search_schemas(${text}, ${tenantId ?? null}, ${maySearchMemories(context)}, ${first}) f`,
    shown: sql`select p.title, p.body, 'english'::regconfig as language
      from clients.search_passage(h.client_id, h.type, h.id) p where h.client_id is not null`,
  };
}

/** Memories need a scope that reading clients does not give, as they do in a search by meaning. */
function maySearchMemories({ identity: { role, scopes } }: Context): boolean {
  return role === 'system' || scopes.includes('clients:memory:search');
}

import { searchTables, type Searched } from '@cdx/kit';
import { SecurityEvent, Service, Tenant } from '@cdx/prisma-platform/tables';
import sql from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

const tenants: Searched = {
  table: Tenant,
  tenant: sql`t.id`,
  language: 'english',
  title: sql`t.name`,
  body: sql`concat_ws(' · ', t.name, t.id, t.client_id, t.region)`,
};
const services: Searched = {
  table: Service,
  // Null as the tenant of each row, not as none for the table: who means a tenant does not look for services.
  tenant: sql`null::text`,
  language: 'english',
  title: sql`t.name`,
  body: sql`concat_ws(' · ', t.name, t.kind, t.version)`,
};
const securityEvents: Searched = {
  table: SecurityEvent,
  language: 'english',
  title: sql`t.kind`,
  body: sql`concat_ws(' · ', translate(t.kind, '_.', '  '), t.description)`,
};

export const query: QueryResolvers = {
  platformSearch: (_, sought, context) =>
    searchTables(
      context.db,
      [tenants, services, ...(mayReadEvents(context) ? [securityEvents] : [])],
      sought,
    ),
};

/** Security events need a scope that reading the platform does not give. */
function mayReadEvents({ identity: { role, scopes } }: Context): boolean {
  return role === 'system' || scopes.includes('platform:audit:read');
}

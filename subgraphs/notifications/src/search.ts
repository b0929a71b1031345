import { searchTables } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { readableNotifications } from './notification.ts';

export const query: QueryResolvers = {
  notificationsSearch(_, { text, tenantId, first }, context) {
    const notifications = readableNotifications(context);
    const ofTenant = tenantId == null ? sql`true` : sql`t.tenant_id = ${tenantId}`;
    const searched = {
      ...notifications,
      where: sql`${notifications.where} and ${ofTenant}`,
      language: 'english',
      title: sql`t.title`,
      body: sql`concat_ws('. ', t.title, t.message)`,
    } as const;
    return searchTables(context.db, [searched], text, first);
  },
};

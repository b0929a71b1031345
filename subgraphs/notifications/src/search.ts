import { searchTables } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { readableNotifications } from './notification.ts';

export const query: QueryResolvers = {
  notificationsSearch(_, sought, context) {
    const searched = {
      ...readableNotifications(context),
      language: 'english',
      title: sql`t.title`,
      body: sql`concat_ws('. ', t.title, t.message)`,
    } as const;
    return searchTables(context.db, [searched], sought);
  },
};

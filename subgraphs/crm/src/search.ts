import { searchTables } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { readableCustomers } from './customer.ts';
import { readableInteractions } from './interaction.ts';
import { readableLeads } from './lead.ts';

export const query: QueryResolvers = {
  crmSearch: (_, sought, context) =>
    searchTables(
      context.db,
      [
        {
          ...readableCustomers(context),
          language: 'simple',
          title: sql`coalesce(nullif(concat_ws(' ', t.first_name, t.last_name), ''), t.company, t.email)`,
          body: sql`concat_ws(', ', nullif(concat_ws(' ', t.first_name, t.last_name), ''), t.company, t.email)`,
        },
        {
          ...readableLeads(context),
          language: 'english',
          title: sql`t.title`,
          body: sql`concat_ws('. ', t.title, t.description)`,
        },
        {
          ...readableInteractions(context),
          language: 'english',
          title: sql`t.subject`,
          body: sql`concat_ws('. ', t.subject, t.content)`,
        },
      ],
      sought,
    ),
};

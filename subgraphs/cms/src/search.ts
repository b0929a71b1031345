import { searchTables } from '@cdx/kit';
import sql, { join, type Sql } from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import { readableItems } from './content-item.ts';
import { readableFiles } from './media/media-file.ts';
import { readablePages } from './page.ts';

/** English stems; a word of another language finds itself by them all the same. */
const language = 'english';

/** Longer texts are cut before a passage is looked for in them. */
const longest = 50_000;

/** The texts in a JSON value, in their order. */
const texts = (json: Sql): Sql =>
  sql`(select string_agg(v #>> '{}', ' ') from jsonb_path_query(${json}, 'strict $.** ? (@.type() == "string")') v)`;

const body = (...parts: readonly Sql[]): Sql => sql`left(concat_ws(' ', ${join([...parts])}), ${longest})`;

export const query: Pick<QueryResolvers, 'cmsSearch'> = {
  cmsSearch: (_, sought, context) =>
    searchTables(
      context.db,
      [
        {
          ...readableItems(context),
          language,
          title: sql`t.title`,
          body: body(sql`t.title`, texts(sql`t.data`), texts(sql`t.seo_data`)),
        },
        {
          ...readablePages(context),
          language,
          title: sql`t.title`,
          body: body(sql`t.title`, sql`t.seo_title`, sql`t.seo_description`, texts(sql`t.content`)),
        },
        {
          ...readableFiles(context),
          language,
          title: sql`t.original_filename`,
          body: body(sql`t.alt_text`, sql`t.caption`, sql`t.original_filename`),
        },
      ],
      sought,
    ),
};

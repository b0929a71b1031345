import { badInput, tableName, type Readable } from '@cdx/kit';
import type { PersonaTemplateRow, PromptTemplateRow, SystemPromptRow } from '@cdx/prisma-templates/tables';
import sql, { join, type Sql } from 'sql-template-tag';
import type { QueryResolvers, TemplateKind, TemplateResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadPersona, readablePersonas } from './persona-template.ts';
import { loadPrompt, readablePrompts } from './prompt-template.ts';
import { loadSystemPrompt, readableSystemPrompts } from './system-prompt.ts';

/** A searchable type: its rows, the text that a highlight is cut from, and the way to load a hit. */
interface Searched {
  readonly readable: (context: Context) => Readable;
  readonly text: Sql;
  readonly load: (context: Context, id: string) => Promise<TemplateRow | null>;
}

type TemplateRow = PersonaTemplateRow | PromptTemplateRow | SystemPromptRow;

const searched: Readonly<Record<TemplateKind, Searched>> = {
  persona: { readable: readablePersonas, text: sql`t.system_prompt`, load: loadPersona },
  prompt: { readable: readablePrompts, text: sql`t.template`, load: loadPrompt },
  system: { readable: readableSystemPrompts, text: sql`t.content`, load: loadSystemPrompt },
};

interface HitRow {
  readonly kind: TemplateKind;
  readonly id: string;
  readonly rank: number;
  readonly highlight: string;
}

export const query: QueryResolvers = {
  async searchTemplates(_, { text, types, first: size }, context) {
    if (text.trim() === '' || text.length > 1_000) throw badInput('text', 'between 1 and 1,000 characters');
    if (size < 1 || size > 100) throw badInput('first', 'between 1 and 100');
    const kinds: readonly TemplateKind[] = types?.length
      ? [...new Set(types)]
      : ['persona', 'prompt', 'system'];
    const hits = await context.db.many<HitRow>(searchStatement(context, kinds, text, size));
    const found = await Promise.all(
      hits.map(async ({ kind, id, rank, highlight }) => {
        const template = await searched[kind].load(context, id);
        return template ? [{ template, rank, highlight }] : [];
      }),
    );
    return found.flat();
  },
};

/** One statement over all the types; highlights are made for the page alone, since they cost more than the search. */
function searchStatement(context: Context, kinds: readonly TemplateKind[], text: string, size: number): Sql {
  const parts = kinds.map((kind) => {
    const { readable, text: body } = searched[kind];
    const { table, where = sql`true` } = readable(context);
    return sql`select ${kind}::text as kind, t.id, ts_rank(t.search, q.query) as rank, ${body} as body, q.query
      from ${tableName('postgres', table)} t, q where t.search @@ q.query and ${where}`;
  });
  return sql`with q as (select websearch_to_tsquery('english', ${text}) as query),
    hits as (select * from (${join(parts, ' union all ')}) h order by h.rank desc, h.id limit ${size})
    select kind, id, rank, ts_headline('english', body, query, 'StartSel=**, StopSel=**, MaxFragments=1') as highlight
    from hits order by rank desc, id`;
}

export const template: TemplateResolvers = {
  __resolveType: (row) =>
    'scope' in row ? 'SystemPrompt' : 'template' in row ? 'PromptTemplate' : 'PersonaTemplate',
};

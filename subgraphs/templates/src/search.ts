import { searchTables, type Readable, type SearchHit } from '@cdx/kit';
import type { PersonaTemplateRow, PromptTemplateRow, SystemPromptRow } from '@cdx/prisma-templates/tables';
import sql, { type Sql } from 'sql-template-tag';
import type { QueryResolvers, TemplateKind, TemplateResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadPersona, readablePersonas } from './persona-template.ts';
import { loadPrompt, readablePrompts } from './prompt-template.ts';
import { loadSystemPrompt, readableSystemPrompts } from './system-prompt.ts';

/** A searchable type: its rows, the text that a highlight is cut from, and the way to load a hit. */
interface SearchedType {
  readonly readable: (context: Context) => Readable;
  readonly body: Sql;
  readonly load: (context: Context, id: string) => Promise<TemplateRow | null>;
}

type TemplateRow = PersonaTemplateRow | PromptTemplateRow | SystemPromptRow;

const searched: Readonly<Record<TemplateKind, SearchedType>> = {
  persona: { readable: readablePersonas, body: sql`t.system_prompt`, load: loadPersona },
  prompt: { readable: readablePrompts, body: sql`t.template`, load: loadPrompt },
  system: { readable: readableSystemPrompts, body: sql`t.content`, load: loadSystemPrompt },
};

export const query: QueryResolvers = {
  async searchTemplates(_, { text, types, first }, context) {
    const kinds: readonly TemplateKind[] = types?.length ? types : ['persona', 'prompt', 'system'];
    const byModel = new Map(
      kinds.map((kind) => {
        const { table, where = sql`true` } = searched[kind].readable(context);
        return [table.model, { ...searched[kind], table, where }];
      }),
    );
    const tables = [...byModel.values()].map(({ table, where, body }) => ({
      ...{ table, where, body, title: sql`t.name`, language: 'english' as const },
    }));
    const hits = await searchTables(context.db, tables, { text, first });
    const found = await Promise.all(hits.map((hit) => templateOf(context, byModel.get(hit.type), hit)));
    return found.filter((hit) => hit !== null);
  },
};

async function templateOf(
  context: Context,
  type: SearchedType | undefined,
  { id, rank, highlight }: SearchHit,
): Promise<{ template: TemplateRow; rank: number; highlight: string } | null> {
  const template = await type?.load(context, id);
  return template ? { template, rank, highlight } : null;
}

export const template: TemplateResolvers = {
  __resolveType: (row) =>
    'scope' in row ? 'SystemPrompt' : 'version' in row ? 'PersonaTemplate' : 'PromptTemplate',
};

import { requireUser, searchTables, type Readable, type Searched, type SearchHit } from '@cdx/kit';
import type { PersonaTemplateRow, PromptTemplateRow, SystemPromptRow } from '@cdx/prisma-templates/tables';
import sql, { type Sql } from 'sql-template-tag';
import type { QueryResolvers, TemplateKind, TemplateResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadPersona, readablePersonas } from './persona-template.ts';
import { loadPrompt, readablePrompts } from './prompt-template.ts';
import { loadSystemPrompt, readableSystemPrompts } from './system-prompt.ts';

/** A searchable type: its rows, whose they are, the text that a highlight is cut from, and the way to load a hit. */
interface SearchedType {
  readonly readable: (context: Context) => Readable;
  readonly tenant: (context: Context) => Sql | null;
  readonly body: Sql;
  readonly load: (context: Context, id: string) => Promise<TemplateRow | null>;
}

type TemplateRow = PersonaTemplateRow | PromptTemplateRow | SystemPromptRow;

/** What belongs to no tenant. */
const everybodys = (): null => null;

/**
 * System prompts name no tenant, but an organization or a user. What is the caller's own is of the caller's tenant; of
 * what is another's, which superadmins alone see, no tenant is known here.
 */
function tenantOfPrompt(context: Context): Sql {
  const { userId, organizationId, tenantId } = requireUser(context);
  return sql`case when t.user_id = ${userId}::uuid or t.organization_id = ${organizationId}::uuid
    then ${tenantId}::text end`;
}

const searched: Readonly<Record<TemplateKind, SearchedType>> = {
  persona: {
    readable: readablePersonas,
    tenant: everybodys,
    body: sql`t.system_prompt`,
    load: loadPersona,
  },
  prompt: { readable: readablePrompts, tenant: everybodys, body: sql`t.template`, load: loadPrompt },
  system: {
    readable: readableSystemPrompts,
    tenant: tenantOfPrompt,
    body: sql`t.content`,
    load: loadSystemPrompt,
  },
};

const allKinds: readonly TemplateKind[] = ['persona', 'prompt', 'system'];

export const query: QueryResolvers = {
  async searchTemplates(_, { text, types, first }, context) {
    const kinds = types?.length ? types : allKinds;
    const tables = kinds.map((kind) => searchedTable(context, kind));
    const kindOf = new Map(tables.map(({ table }, index) => [table.model, kinds[index]]));
    const hits = await searchTables(context.db, tables, { text, first });
    const found = await Promise.all(hits.map((hit) => templateOf(context, kindOf.get(hit.type), hit)));
    return found.filter((hit) => hit !== null);
  },
  templatesSearch: (_, sought, context) =>
    searchTables(
      context.db,
      allKinds.map((kind) => searchedTable(context, kind)),
      sought,
    ),
};

function searchedTable(context: Context, kind: TemplateKind): Searched {
  const { readable, tenant, body } = searched[kind];
  return { ...readable(context), tenant: tenant(context), body, title: sql`t.name`, language: 'english' };
}

async function templateOf(
  context: Context,
  kind: TemplateKind | undefined,
  { id, rank, highlight }: SearchHit,
): Promise<{ template: TemplateRow; rank: number; highlight: string } | null> {
  const template = kind && (await searched[kind].load(context, id));
  return template ? { template, rank, highlight } : null;
}

export const template: TemplateResolvers = {
  __resolveType: (row) =>
    'scope' in row ? 'SystemPrompt' : 'version' in row ? 'PersonaTemplate' : 'PromptTemplate',
};

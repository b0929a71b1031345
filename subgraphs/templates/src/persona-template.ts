import {
  asJson,
  conflict,
  forbidden,
  given,
  idFor,
  isSelected,
  loadChildPage,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireUser,
  type Readable,
} from '@cdx/kit';
import { PersonaTemplate as table, type PersonaTemplateRow } from '@cdx/prisma-templates/tables';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type {
  MutationResolvers,
  PersonaTemplateResolvers,
  QueryResolvers,
  UserResolvers,
} from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { checkPlaceholders, declaredVariables, render, variablesInput } from './variables.ts';

/** Drafts are their makers' alone; the rest is shared by everybody who has logged in. */
export function readablePersonas(context: Context): Readable {
  const { userId, role } = requireUser(context);
  return {
    table,
    order: { property: 'name', direction: 'ASC' },
    where: role === 'superadmin' ? sql`true` : sql`(t.status <> 'draft' or t.created_by = ${userId}::uuid)`,
  };
}

const fields = {
  name: z.string().trim().min(1, 'must not be empty').max(255),
  description: z.string().max(10_000).nullish(),
  category: z.string().trim().min(1, 'must not be empty').max(100),
  persona: z.record(z.string(), z.unknown()).nullish(),
  systemPrompt: z.string().min(1, 'must not be empty').max(100_000),
  variables: variablesInput.nullish(),
  tags: z.array(z.string().trim().min(1).max(50)).max(50).nullish(),
};
const createInput = z.object({
  key: z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, 'must be small letters, digits and -, at most 100'),
  ...fields,
});
const updateInput = z.object(fields).partial().extend({ expectedVersion: z.number().int().nullish() });

export const query: QueryResolvers = {
  personaTemplate: (_, { id }, context) => loadPersona(context, id),
  personaTemplateByKey: (_, { key }, context) =>
    loadEntity<PersonaTemplateRow>(context, readablePersonas(context), key, 'key'),
  personaTemplates: (_, args, context, info) =>
    loadPage<PersonaTemplateRow>(context, readablePersonas(context), args, isSelected(info, 'totalCount')),
  async renderPersonaTemplate(_, { id, variables }, context) {
    const { systemPrompt, variables: declared } = await existing(context, id);
    return render(systemPrompt, declaredVariables(declared), variables);
  },
};

export const mutation: MutationResolvers = {
  async createPersonaTemplate(_, { input, idempotencyKey }, context) {
    const { userId } = requireUser(context);
    const { persona, variables, tags, description, ...values } = parseInput(createInput, input);
    checkPlaceholders(values.systemPrompt, variables ?? [], 'input.systemPrompt');
    const id = idFor(context, 'createPersonaTemplate', idempotencyKey);
    const data = {
      id,
      ...values,
      description: description ?? null,
      persona: asJson(persona ?? {}),
      variables: asJson(variables ?? []),
      tags: tags ?? [],
      createdBy: userId,
    };
    await context.db.write(async (tx) => {
      const repeated =
        idempotencyKey && (await tx.personaTemplate.findUnique({ where: { id }, select: { id: true } }));
      if (!repeated) await tx.personaTemplate.create({ data, select: { id: true } });
    });
    return existing(context, id);
  },

  async updatePersonaTemplate(_, { id, input }, context) {
    const template = await writable(context, id);
    const { expectedVersion, ...changes } = parseInput(updateInput, input);
    if (expectedVersion != null && expectedVersion !== template.version) throw changed(template);
    const systemPrompt = changes.systemPrompt ?? template.systemPrompt;
    checkPlaceholders(
      systemPrompt,
      changes.variables ?? declaredVariables(template.variables),
      'input.systemPrompt',
    );
    const { persona, variables, tags, ...values } = changes;
    const data = {
      ...given(values),
      ...(persona ? { persona: asJson(persona) } : {}),
      ...(variables ? { variables: asJson(variables) } : {}),
      ...(tags ? { tags } : {}),
      ...(template.status === 'published' ? { version: template.version + 1 } : {}),
    };
    const { count } = await context.db.write((tx) =>
      tx.personaTemplate.updateMany({ where: { id, version: template.version }, data }),
    );
    if (count === 0) throw changed(template);
    return existing(context, id);
  },

  publishPersonaTemplate: (_, { id }, context) => setStatus(context, id, 'published'),
  retirePersonaTemplate: (_, { id }, context) => setStatus(context, id, 'retired'),

  async deletePersonaTemplate(_, { id }, context) {
    const { status } = await writable(context, id);
    if (status !== 'draft')
      throw conflict('Only a draft can be deleted; retire the template instead', { field: 'id' });
    await context.db.write((tx) => tx.personaTemplate.deleteMany({ where: { id, status: 'draft' } }));
    return id;
  },
};

export const personaTemplate: PersonaTemplateResolvers = {
  __resolveReference: (reference, context) =>
    'id' in reference
      ? loadPersona(context, reference.id)
      : loadEntity<PersonaTemplateRow>(context, readablePersonas(context), reference.key, 'key'),
  variables: ({ variables }) => declaredVariables(variables),
  // Templates are everybody's and their makers of any tenant, whose ids are not.
  createdBy: ({ createdBy }, _, { identity }) =>
    identity.role === 'superadmin' || identity.userId === createdBy ? { id: createdBy } : null,
};

export const user: UserResolvers = {
  personaTemplates: ({ id }, args, context, info) =>
    loadChildPage<PersonaTemplateRow>(
      context,
      'User.personaTemplates',
      { ...readablePersonas(context), parent: 'createdBy' },
      id,
      args,
      isSelected(info, 'totalCount'),
    ),
};

/** The template with that id, if the caller may read it. */
export function loadPersona(context: Context, id: string): Promise<PersonaTemplateRow | null> {
  return loadEntity<PersonaTemplateRow>(context, readablePersonas(context), id);
}

async function existing(context: Context, id: string): Promise<PersonaTemplateRow> {
  const template = await loadPersona(context, id);
  if (!template) throw notFound('PersonaTemplate', id);
  return template;
}

/** The template, when the caller made it or is a superadmin. */
async function writable(context: Context, id: string): Promise<PersonaTemplateRow> {
  const { userId, role } = requireUser(context);
  const template = await existing(context, id);
  if (role !== 'superadmin' && template.createdBy !== userId) {
    throw forbidden('Only its maker or a superadmin may change a persona template');
  }
  return template;
}

async function setStatus(
  context: Context,
  id: string,
  status: 'published' | 'retired',
): Promise<PersonaTemplateRow> {
  const { status: current } = await writable(context, id);
  if (current === 'retired' && status === 'published') throw conflict('A retired template stays retired');
  await context.db.write((tx) => tx.personaTemplate.updateMany({ where: { id }, data: { status } }));
  return existing(context, id);
}

function changed({ version }: PersonaTemplateRow): Error {
  return conflict(`The template is at version ${version} by now; read it again`, {
    field: 'input.expectedVersion',
  });
}

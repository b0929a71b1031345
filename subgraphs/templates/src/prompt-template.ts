import {
  asJson,
  given,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  requireUser,
  type Readable,
} from '@cdx/kit';
import { PromptTemplate as table, type PromptTemplateRow } from '@cdx/prisma-templates/tables';
import { z } from 'zod';
import type { MutationResolvers, PromptTemplateResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { checkPlaceholders, declaredVariables, render, variablesInput } from './variables.ts';

/** Prompts are shared by everybody who has logged in. */
export function readablePrompts(context: Context): Readable {
  requireUser(context);
  return { table, order: { property: 'name', direction: 'ASC' } };
}

const createInput = z.object({
  name: z.string().trim().min(1, 'must not be empty').max(255),
  category: z.string().trim().min(1, 'must not be empty').max(100),
  template: z.string().min(1, 'must not be empty').max(100_000),
  variables: variablesInput.nullish(),
});
const updateInput = createInput.partial();

export const query: QueryResolvers = {
  promptTemplate: (_, { id }, context) => loadPrompt(context, id),
  promptTemplates: (_, args, context, info) =>
    loadPage<PromptTemplateRow>(context, readablePrompts(context), args, isSelected(info, 'totalCount')),
  async renderPromptTemplate(_, { id, variables }, context) {
    const { template, variables: declared } = await existing(context, id);
    return render(template, declaredVariables(declared), variables);
  },
};

export const mutation: MutationResolvers = {
  async createPromptTemplate(_, { input, idempotencyKey }, context) {
    const { variables, ...values } = parseInput(createInput, input);
    checkPlaceholders(values.template, variables ?? [], 'input.template');
    const id = idFor(context, 'createPromptTemplate', idempotencyKey);
    const data = { id, ...values, variables: asJson(variables ?? []) };
    await context.db.write((tx) =>
      tx.promptTemplate.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existing(context, id);
  },

  async updatePromptTemplate(_, { id, input }, context) {
    const stored = await existing(context, id);
    const { variables, ...values } = parseInput(updateInput, input);
    const declared = variables ?? declaredVariables(stored.variables);
    checkPlaceholders(values.template ?? stored.template, declared, 'input.template');
    const data = { ...given(values), ...(variables ? { variables: asJson(variables) } : {}) };
    await context.db.write((tx) => tx.promptTemplate.updateMany({ where: { id }, data }));
    return existing(context, id);
  },

  async deletePromptTemplate(_, { id }, context) {
    await existing(context, id);
    await context.db.write((tx) => tx.promptTemplate.deleteMany({ where: { id } }));
    return id;
  },

  async recordPromptUse(_, { id, succeeded }, context) {
    requireUser(context);
    await existing(context, id);
    // One statement, so that uses recorded at the same time all count; the rate is the mean of all outcomes.
    await context.db.write(
      (tx) => tx.$executeRaw`
        update templates.prompt_templates
        set usage_count = usage_count + 1, last_used = now(),
            success_rate = (coalesce(success_rate, 0) * usage_count + ${succeeded ? 1 : 0}::real) / (usage_count + 1)
        where id = ${id}::uuid`,
      { unaudited: 'Counters of use.' },
    );
    return existing(context, id);
  },
};

export const promptTemplate: PromptTemplateResolvers = {
  __resolveReference: ({ id }, context) => loadPrompt(context, id),
  variables: ({ variables }) => declaredVariables(variables),
};

/** The prompt with that id, if there is one. */
export function loadPrompt(context: Context, id: string): Promise<PromptTemplateRow | null> {
  return loadEntity<PromptTemplateRow>(context, readablePrompts(context), id);
}

async function existing(context: Context, id: string): Promise<PromptTemplateRow> {
  const prompt = await loadPrompt(context, id);
  if (!prompt) throw notFound('PromptTemplate', id);
  return prompt;
}

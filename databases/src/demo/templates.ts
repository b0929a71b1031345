import {
  between,
  businesses,
  cycle,
  daysBefore,
  demoId,
  now,
  seeded,
  weighted,
  type Business,
  type Row,
  type Tables,
} from '@cdx/demo';
import type { DefinitionKey } from './agents.ts';
import { someUser, superadmin, type Tenant } from './people.ts';
import type { Sizes } from './sizes.ts';
import { globalPrompts, organizationPrompts, roles, tasks, tones, userPrompts } from './template-texts.ts';

/** The published persona for an agent of a definition, by the path of the agent; a few agents have none. */
export type PersonaChoice = (definition: DefinitionKey, path: string) => string | null;

/** A variable as templates store it. */
interface Variable {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly defaultValue: string | null;
}

const descriptions: Readonly<Record<string, string>> = {
  agentName: 'The name that the agent goes by',
  company: 'The company that the agent works for',
  audience: 'Whom the text is for',
  language: 'The language of the answer',
  product: 'The product or service that it is about',
  details: 'Facts that must appear',
  length: 'How long the answer may be',
};
const defaults: Readonly<Record<string, string>> = { language: 'English', length: 'about 150 words' };

/** The variables that a text uses, declared. */
function variablesOf(text: string, audience: string): Variable[] {
  const used = new Set(Array.from(text.matchAll(/\{\{(\w+)\}\}/g), ([, name = '']) => name));
  return Array.from(used, (name) => {
    const defaultValue = name === 'audience' ? audience : (defaults[name] ?? null);
    return { name, description: descriptions[name] ?? name, required: defaultValue === null, defaultValue };
  });
}

/** Every pair of a list with the businesses, differently paired from one round to the next. */
function pair<T>(list: readonly T[], index: number): { item: T; business: Business; round: number } {
  const row = Math.floor(index / list.length);
  return {
    item: cycle(list, index),
    business: cycle(businesses, row + (index % list.length)),
    round: Math.floor(row / businesses.length) + 1,
  };
}

function personaRow(index: number, tenants: readonly Tenant[]): Row & { readonly id: string } {
  const { item: role, business, round } = pair(roles, index);
  const key = `${business.key}-${role.key}${round === 1 ? '' : `-${round}`}`;
  const maker = index % 3 === 0 ? superadmin : cycle(tenants, index).admin;
  const random = seeded(`persona ${key}`);
  const at = between(random, maker.createdAt, daysBefore(random, 90, 120));
  const tone = random.helpers.arrayElement(tones);
  const [audience = ''] = random.helpers.shuffle(business.audiences);
  const text = `You are {{agentName}}, ${role.article} ${role.name.toLowerCase()} at {{company}}, a ${business.name.toLowerCase()} business.
${role.instruction}
Your readers are {{audience}}. Keep a ${tone} tone and answer in {{language}}.
You know about ${business.products.slice(0, 3).join(', ')}. Take ${business.concerns[index % 5] ?? ''} seriously, and work towards ${random.helpers.arrayElement(business.goals)}.
Say so when you do not know something.`;
  return {
    id: demoId(`persona ${key}`, at),
    key,
    name: `${business.name} ${role.name.toLowerCase()}${round === 1 ? '' : ` ${round}`}`,
    description: `${role.article === 'an' ? 'An' : 'A'} ${role.name.toLowerCase()} for ${audience}, with a ${tone} tone.`,
    category: role.definition,
    persona: {
      tone,
      expertise: [business.key, ...random.helpers.arrayElements(business.products, 2)],
      constraints: ['Never promise a date', 'Name the source of every figure'],
    },
    system_prompt: text,
    variables: variablesOf(text, audience),
    tags: [business.key, role.definition, tone],
    version: random.number.int({ min: 1, max: 4 }),
    status: index < roles.length ? 'published' : weighted(random, { published: 80, draft: 12, retired: 8 }),
    created_by: maker.id,
    created_at: at,
    updated_at: between(random, at, now),
  };
}

function promptRow(index: number): Row {
  const { item: task, business, round } = pair(tasks, index);
  const name = `${task.name}, ${business.name.toLowerCase()}${round === 1 ? '' : ` ${round}`}`;
  const random = seeded(`prompt ${name}`);
  const at = daysBefore(random, 60, 300);
  const text = `${task.text}\nMind ${random.helpers.arrayElement(business.concerns)}; the goal is ${random.helpers.arrayElement(business.goals)}.`;
  const usageCount = random.datatype.boolean(0.9) ? random.number.int({ min: 1, max: 5_000 }) : 0;
  return {
    id: demoId(`prompt ${name}`, at),
    name,
    category: task.category,
    template: text,
    variables: variablesOf(text, cycle(business.audiences, index)),
    usage_count: usageCount,
    success_rate: usageCount === 0 ? null : random.number.float({ min: 0.6, max: 1, fractionDigits: 3 }),
    last_used: usageCount === 0 ? null : daysBefore(random, 0, 30),
    created_at: at,
    updated_at: at,
  };
}

/** One in eight is global, half are of organizations, and the rest of users, Acme's logins first. */
function systemPromptRow(index: number, tenants: readonly Tenant[]): Row {
  const scope = index % 8 === 0 ? 'global' : index % 2 === 1 ? 'organization' : 'user';
  const round = Math.floor(index / 8);
  const tenant = cycle(tenants, Math.floor(index / 2));
  const path = `system prompt ${index}`;
  const user =
    scope === 'user' && index < 8 ? cycle(cycle(tenants, 0).users, index / 2 - 1) : someUser(tenant, path);
  const texts = { global: globalPrompts, organization: organizationPrompts, user: userPrompts }[scope];
  const { name, content } = cycle(texts, scope === 'global' ? round : index + round);
  const random = seeded(path);
  const at = scope === 'user' ? between(random, user.createdAt, now) : daysBefore(random, 30, 380);
  return {
    id: demoId(path, at),
    scope,
    organization_id: scope === 'organization' ? tenant.organizationId : null,
    user_id: scope === 'user' ? user.id : null,
    name,
    content,
    priority: random.number.int({ min: 0, max: 10 }) * 10,
    is_active: index < 8 || random.datatype.boolean(0.85),
    created_at: at,
    updated_at: at,
  };
}

function rows<T extends Row>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** The templates of all kinds, and the choice of a persona among them. */
export function planTemplates(
  tenants: readonly Tenant[],
  { personas, prompts, systemPrompts }: Sizes,
): { readonly tables: Tables; readonly personaFor: PersonaChoice } {
  const personaRows = rows(personas, (index) => personaRow(index, tenants));
  const published = Map.groupBy(
    personaRows.filter(({ status }) => status === 'published'),
    ({ category }) => category,
  );
  return {
    tables: [
      ['templates.persona_templates', personaRows],
      ['templates.prompt_templates', rows(prompts, promptRow)],
      ['templates.system_prompts', rows(systemPrompts, (index) => systemPromptRow(index, tenants))],
    ],
    personaFor(definition, path) {
      const random = seeded(`persona of ${path}`);
      const fitting = published.get(definition) ?? [];
      return fitting.length === 0 || random.datatype.boolean(0.05)
        ? null
        : random.helpers.arrayElement(fitting).id;
    },
  };
}

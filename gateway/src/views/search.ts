import { badInput } from '@cdx/kit';
import { mayAsk, queryFields, type Context, type RootField } from './context.ts';

/** A hit as every service's `<name>Search` answers it. */
export interface SearchHit {
  readonly type: string;
  readonly id: string;
  readonly clientId: string | null;
  readonly tenantId: string | null;
  readonly title: string;
  readonly highlight: string;
  readonly rank: number;
}

export interface SearchResult {
  readonly hits: readonly SearchHit[];
  readonly unavailable: readonly string[];
}

export interface SearchArguments {
  readonly text: string;
  readonly types?: readonly string[] | null;
  readonly tenantId?: string | null;
  readonly first?: number | null;
}

const [defaultFirst, maxFirst] = [20, 100];

/**
 * Searches all services at once. A service takes part by a root field `<name>Search` that answers `[SearchHit!]`.
 * Ranks are of the same function everywhere, so they are compared as they are.
 */
export async function search(context: Context, args: SearchArguments): Promise<SearchResult> {
  const { text, types, tenantId = null } = args;
  const first = args.first ?? defaultFirst;
  if (text.trim() === '') throw badInput('text', 'at least one word');
  if (first < 1 || first > maxFirst) throw badInput('first', `between 1 and ${maxFirst}`);
  for (const type of types ?? []) {
    if (!context.facts.types.has(type)) throw badInput('types', `types of the graph; ${type} is none`);
  }
  const wanted = types ? new Set(types) : undefined;
  // Of each service no more than the first can be among the first of all, unless some of them are left out.
  const variables = { text, tenantId, first: wanted ? maxFirst : first };
  const answers = await Promise.all(
    searchFields(context).map((field) => searchOne(context, field, variables)),
  );
  const hits = answers
    .flatMap((answer) => answer.hits ?? [])
    .filter(({ type }) => wanted?.has(type) ?? true)
    .toSorted((a, b) => b.rank - a.rank || a.title.localeCompare(b.title) || a.id.localeCompare(b.id))
    .slice(0, first);
  return {
    hits,
    unavailable: answers.filter((answer) => !answer.hits).map(({ service }) => service),
  };
}

function searchFields(context: Context): RootField[] {
  return queryFields(context.facts).filter(
    (field) =>
      field.name === `${field.service}Search` &&
      field.type.startsWith('[SearchHit') &&
      mayAsk(context, field),
  );
}

async function searchOne(
  context: Context,
  { service, name }: RootField,
  variables: Readonly<Record<string, unknown>>,
): Promise<{ readonly service: string; readonly hits?: readonly SearchHit[] }> {
  const { data } = await context.ask(
    service,
    `query ($text: String!, $tenantId: ID, $first: Int) {
      hits: ${name}(text: $text, tenantId: $tenantId, first: $first) { type id clientId tenantId title highlight rank } }`,
    variables,
  );
  const hits = data?.hits as readonly SearchHit[] | null | undefined;
  return hits ? { service, hits } : { service };
}

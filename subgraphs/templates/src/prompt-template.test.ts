import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { aTemplatesSubgraph, aUser } from './testing.ts';

const subgraph = aTemplatesSubgraph();
afterAll(() => subgraph.close());

const superadmin = aUser({ role: 'superadmin', tenantId: null });

async function mutate(source: string, variables = {}): Promise<Record<string, unknown>> {
  const { data, errors } = await run(subgraph, superadmin, source, variables);
  expect(errors).toBeUndefined();
  return data ?? {};
}

async function createPrompt(category: string, name: string): Promise<string> {
  const { createPromptTemplate } = await mutate(
    'mutation ($input: CreatePromptTemplateInput!) { createPromptTemplate(input: $input) { id } }',
    { input: { category, name, template: 'Say hello.' } },
  );
  return (createPromptTemplate as { id: string }).id;
}

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: Readonly<Record<'hasNextPage' | 'hasPreviousPage', boolean>>;
}

interface Walk {
  readonly category: string;
  readonly field: string;
  readonly direction: string;
  readonly size: number;
  readonly backwards: boolean;
}

/** The ids of a list, read page by page to its end; `between` runs after each page. */
async function walk(
  { category, field, direction, size, backwards }: Walk,
  between: () => Promise<void> = () => Promise.resolve(),
) {
  const ids: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const position = backwards
      ? `last: ${size}${cursor ? `, before: "${cursor}"` : ''}`
      : `first: ${size}${cursor ? `, after: "${cursor}"` : ''}`;
    const { data, errors } = await run(
      subgraph,
      superadmin,
      `{ promptTemplates(${position}, filter: { category: { eq: "${category}" } },
          orderBy: { field: ${field}, direction: ${direction} }) {
          edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage } } }`,
    );
    expect(errors).toBeUndefined();
    const page = data?.promptTemplates as Page;
    const pageIds = page.edges.map(({ node }) => node.id);
    if (backwards) ids.unshift(...pageIds);
    else ids.push(...pageIds);
    const more = backwards ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage;
    if (!more) return ids;
    cursor = (backwards ? page.edges.at(0) : page.edges.at(-1))?.cursor;
    await between();
  }
}

describe('pages of a list', () => {
  const fields = fc.constantFrom('NAME', 'CREATED_AT', 'USAGE_COUNT', 'SUCCESS_RATE', 'LAST_USED');
  const directions = fc.constantFrom('ASC', 'DESC');

  test('hold every row once and in one order, forwards and backwards, for rows with equal and absent values', async () => {
    const category = newId();
    const ids: string[] = [];
    for (const name of ['b', 'a', 'a', 'c', 'b', 'é', 'A']) ids.push(await createPrompt(category, name));
    for (const [id, succeeded] of [
      [ids[0], true],
      [ids[3], false],
      [ids[4], true],
      [ids[4], false],
    ] as const) {
      await mutate(`mutation { recordPromptUse(id: "${id ?? ''}", succeeded: ${succeeded}) { id } }`);
    }
    const property = fc.asyncProperty(
      fields,
      directions,
      fc.integer({ min: 1, max: 9 }),
      async (field, direction, size) => {
        const forwards = await walk({ category, field, direction, size, backwards: false });
        expect(forwards.toSorted()).toEqual(ids.toSorted());
        expect(await walk({ category, field, direction, size, backwards: true })).toEqual(forwards);
        expect(await walk({ category, field, direction, size: 200, backwards: false })).toEqual(forwards);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });

  test('neither repeat nor lose a row while others are inserted', async () => {
    const property = fc.asyncProperty(
      fields,
      directions,
      fc.boolean(),
      async (field, direction, backwards) => {
        const category = newId();
        const before = [
          await createPrompt(category, 'd'),
          await createPrompt(category, 'b'),
          await createPrompt(category, 'c'),
        ];
        let inserts = 0;
        const insert = async (): Promise<void> => {
          if (inserts++ < 5) await createPrompt(category, 'a');
        };
        const seen = await walk({ category, field, direction, size: 1, backwards }, insert);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((id) => before.includes(id)).toSorted()).toEqual(before.toSorted());
      },
    );
    await fc.assert(property, { numRuns: 10 });
  });

  test('a cursor of one order is refused in another', async () => {
    const category = newId();
    await createPrompt(category, 'a');
    const first = await run(
      subgraph,
      superadmin,
      `{ promptTemplates(filter: { category: { eq: "${category}" } }) { edges { cursor } } }`,
    );
    const [edge] = (first.data?.promptTemplates as Page).edges;
    const { errors } = await run(
      subgraph,
      superadmin,
      `{ promptTemplates(after: "${edge?.cursor ?? ''}", orderBy: { field: CREATED_AT }) { edges { cursor } } }`,
    );
    expect(errors?.[0]?.message).toBe('after must be a cursor that this list returned in this order');
  });
});

describe('a prompt', () => {
  test('counts its uses and the share that succeeded, when many report at once', async () => {
    const id = await createPrompt(newId(), 'counted');
    const outcomes = [true, true, false, true];
    await Promise.all(
      outcomes.map((succeeded) =>
        mutate(`mutation { recordPromptUse(id: "${id}", succeeded: ${succeeded}) { id } }`),
      ),
    );
    const { data } = await run(
      subgraph,
      superadmin,
      `{ promptTemplate(id: "${id}") { usageCount successRate } }`,
    );
    expect(data).toEqual({ promptTemplate: { usageCount: 4, successRate: 0.75 } });
  });

  test('is written with the permission for what everybody uses, which of the roles only superadmins have', async () => {
    const source = `mutation { createPromptTemplate(input: { name: "a", category: "${newId()}", template: "c" }) { id } }`;
    const { errors } = await run(subgraph, aUser({ role: 'admin' }), source);
    expect(errors?.map(({ message }) => message)).toEqual(['This needs the permission templates:global']);
    const keeper = aUser({ role: 'user', scopes: ['templates:read', 'templates:global'] });
    expect((await run(subgraph, keeper, source)).errors).toBeUndefined();
  });
});

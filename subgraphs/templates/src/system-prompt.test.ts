import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, type Identity } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { aTemplatesSubgraph, aUser } from './testing.ts';

const subgraph = aTemplatesSubgraph();
afterAll(() => subgraph.close());

const superadmin = aUser({ role: 'superadmin', tenantId: null, organizationId: null });

async function write(identity: Identity, input: Record<string, unknown>): Promise<unknown> {
  const source = 'mutation ($input: CreateSystemPromptInput!) { createSystemPrompt(input: $input) { id } }';
  const { data, errors } = await run(subgraph, identity, source, { input: { content: 'text', ...input } });
  return errors?.[0]?.extensions.code ?? (data?.createSystemPrompt as { id: string }).id;
}

const effective = async (identity: Identity, args = ''): Promise<unknown> => {
  const { data, errors } = await run(subgraph, identity, `{ effectiveSystemPrompts${args} { name scope } }`);
  return errors?.[0]?.extensions.code ?? data?.effectiveSystemPrompts;
};

describe('the prompts in force', () => {
  test('are the global ones, then the organization’s, then the user’s, each by priority, inactive ones left out', async () => {
    const organizationId = newId();
    const admin = aUser({ role: 'admin', organizationId });
    const user = aUser({ organizationId });
    const name = newId();
    await write(superadmin, { scope: 'GLOBAL', name: `${name} global` });
    await write(admin, { scope: 'ORGANIZATION', name: 'organization low', priority: 1 });
    await write(admin, { scope: 'ORGANIZATION', name: 'organization high', priority: 9 });
    await write(user, { scope: 'USER', name: 'own' });
    await write(user, { scope: 'USER', name: 'off', isActive: false });
    const prompts = (await effective(user)) as { name: string; scope: string }[];
    const mine = prompts.filter((prompt) => prompt.scope !== 'GLOBAL' || prompt.name.startsWith(name));
    expect(mine).toEqual([
      { name: `${name} global`, scope: 'GLOBAL' },
      { name: 'organization high', scope: 'ORGANIZATION' },
      { name: 'organization low', scope: 'ORGANIZATION' },
      { name: 'own', scope: 'USER' },
    ]);
    expect(
      await effective(superadmin, `(userId: "${user.userId}", organizationId: "${organizationId}")`),
    ).toEqual(prompts);
  });

  test('of somebody else are for superadmins alone', async () => {
    const other = aUser();
    expect(await effective(aUser({ role: 'admin' }), `(userId: "${other.userId}")`)).toBe('FORBIDDEN');
    expect(await effective(aUser(), `(organizationId: "${other.organizationId ?? ''}")`)).toBe('FORBIDDEN');
    expect(await effective(aUser(), '(userId: "x")')).toBe('BAD_USER_INPUT');
  });
});

describe('writing a system prompt', () => {
  test.each([
    ['a user', 'client', { scope: 'GLOBAL', name: 'a' }, 'FORBIDDEN'],
    ['a tenant admin', 'admin', { scope: 'GLOBAL', name: 'a' }, 'FORBIDDEN'],
    ['a user', 'client', { scope: 'ORGANIZATION', name: 'a' }, 'FORBIDDEN'],
    ['a tenant admin', 'admin', { scope: 'ORGANIZATION', organizationId: newId(), name: 'a' }, 'FORBIDDEN'],
    ['a user', 'client', { scope: 'USER', userId: newId(), name: 'a' }, 'FORBIDDEN'],
    ['a user', 'client', { scope: 'USER', organizationId: newId(), name: 'a' }, 'BAD_USER_INPUT'],
    ['a user', 'client', { scope: 'USER', name: '' }, 'BAD_USER_INPUT'],
    [
      'a superadmin',
      'superadmin',
      { scope: 'ORGANIZATION', organizationId: 'x', name: 'a' },
      'BAD_USER_INPUT',
    ],
  ] as const)('by %s (%s) as %j is answered %s', async (_, role, input, code) => {
    expect(await write(aUser({ role }), input)).toBe(code);
  });

  test('somebody else’s prompt is not found, whatever one does with it', async () => {
    const id = await write(aUser(), { scope: 'USER', name: 'private' });
    const { errors } = await run(
      subgraph,
      aUser({ role: 'admin' }),
      `mutation { deleteSystemPrompt(id: "${String(id)}") updateSystemPrompt(id: "${String(id)}", input: {name: "b"}) { id } }`,
    );
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
  });
});

describe('searching templates', () => {
  test('finds what the caller may read, best first, with the words marked', async () => {
    const word = `zebra${newId().replaceAll('-', '')}`;
    const user = aUser();
    await write(user, { scope: 'USER', name: 'mine', content: `All about the ${word} and ${word}.` });
    await write(aUser(), { scope: 'USER', name: 'not mine', content: word });
    const { data } = await run(
      subgraph,
      user,
      `{ searchTemplates(text: "${word}") { highlight template { __typename ... on SystemPrompt { name } } } }`,
    );
    expect(data).toEqual({
      searchTemplates: [
        {
          highlight: `about the **${word}** and **${word}**`,
          template: { __typename: 'SystemPrompt', name: 'mine' },
        },
      ],
    });
  });

  test('tells a persona, a prompt and a system prompt apart, whatever is asked of them', async () => {
    const [word, superadmin] = [`zebra${newId().replaceAll('-', '')}`, aUser({ role: 'superadmin' })];
    const template = `name: "${word}", category: "c"`;
    const { errors } = await run(
      subgraph,
      superadmin,
      `mutation {
        createPersonaTemplate(input: { ${template}, key: "${word}", systemPrompt: "p" }) { id }
        createPromptTemplate(input: { ${template}, template: "p" }) { id }
        createSystemPrompt(input: { scope: USER, name: "${word}", content: "p" }) { id } }`,
    );
    expect(errors).toBeUndefined();
    const { data } = await run(
      subgraph,
      superadmin,
      `{ searchTemplates(text: "${word}") { template { __typename ... on PromptTemplate { name } } } }`,
    );
    const found = (data?.searchTemplates as { template: { __typename: string } }[]).map(
      (hit) => hit.template,
    );
    expect(found.map(({ __typename }) => __typename).toSorted()).toEqual([
      ...['PersonaTemplate', 'PromptTemplate', 'SystemPrompt'],
    ]);
    expect(found).toContainEqual({ __typename: 'PromptTemplate', name: word });
  });

  test.each(['(text: "")', '(text: "a", first: 0)', '(text: "a", first: 101)'])(
    '%s is refused',
    async (args) => {
      const { errors } = await run(subgraph, aUser(), `{ searchTemplates${args} { rank } }`);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    },
  );
});

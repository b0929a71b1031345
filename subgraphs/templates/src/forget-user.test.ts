import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { aRequest, ask, codes, run, statementsOf } from '@cdx/kit/testing';
import type { Context } from './context.ts';
import { forgetUser } from './forget-user.ts';
import { aTemplatesSubgraph, aUser } from './testing.ts';

const subgraph = aTemplatesSubgraph();
afterAll(() => subgraph.close());

const superadmin = aUser({ role: 'superadmin', tenantId: null, organizationId: null });

const forget = (userId: string, who: Identity = system) =>
  run(subgraph, who, 'mutation ($id: ID!) { forgot: forgetUserInTemplates(userId: $id) }', { id: userId });

async function aPersona(who: Identity, ...then: readonly string[]): Promise<string> {
  const source = `mutation { made: createPersonaTemplate(input: {
    key: "p-${newId()}", name: "A", category: "b", systemPrompt: "c" }) { id } }`;
  const { id } = (await ask<{ made: { id: string } }>(subgraph, who, source)).made;
  for (const mutation of then) await ask(subgraph, who, `mutation { ${mutation}(id: "${id}") { id } }`);
  return id;
}

async function aPrompt(who: Identity, scope: string): Promise<string> {
  const source = `mutation { made: createSystemPrompt(input: { scope: ${scope}, name: "a", content: "b" }) { id } }`;
  return (await ask<{ made: { id: string } }>(subgraph, who, source)).made.id;
}

/** A user's rows: a draft and an own prompt, and what others have too. */
async function rowsOf(who: Identity) {
  return {
    draft: await aPersona(who),
    published: await aPersona(who, 'publishPersonaTemplate'),
    retired: await aPersona(who, 'publishPersonaTemplate', 'retirePersonaTemplate'),
    own: await aPrompt(who, 'USER'),
    organization: await aPrompt(who, 'ORGANIZATION'),
  };
}
type Rows = Awaited<ReturnType<typeof rowsOf>>;

/** Which of the rows there are, by their names. */
async function left({ draft, published, retired, own, organization }: Rows): Promise<string[]> {
  const there = await ask(
    subgraph,
    superadmin,
    `{ draft: personaTemplate(id: "${draft}") { id } published: personaTemplate(id: "${published}") { id }
      retired: personaTemplate(id: "${retired}") { id } own: systemPrompt(id: "${own}") { id }
      organization: systemPrompt(id: "${organization}") { id } }`,
  );
  return Object.keys(there).filter((name) => there[name] !== null);
}

const anAdmin = () => aUser({ role: 'admin', tenantId: `t_${newId().replaceAll('-', '')}` });

describe('a user who is forgotten', () => {
  test('leaves no draft and no own prompt, and what others have once got stays with the id', async () => {
    const [gone, other] = [anAdmin(), anAdmin()];
    const [rows, others] = [await rowsOf(gone), await rowsOf(other)];
    expect((await forget(gone.userId)).data).toEqual({ forgot: true });
    expect(await left(rows)).toEqual(['published', 'retired', 'organization']);
    expect(await left(others)).toEqual(['draft', 'published', 'retired', 'own', 'organization']);
    const made = `{ personaTemplate(id: "${rows.published}") { createdBy { id } } }`;
    expect(await ask(subgraph, superadmin, made)).toEqual({
      personaTemplate: { createdBy: { id: gone.userId } },
    });
    expect((await forget(gone.userId)).data).toEqual({ forgot: true });
    expect(await left(rows)).toEqual(['published', 'retired', 'organization']);
  });

  test('is put on record once for each row, in no tenant', async () => {
    const gone = anAdmin();
    const { draft, own } = await rowsOf(gone);
    const product = { ...system, userId: newId(), tenantId: gone.tenantId };
    for (const forgot of [true, true]) expect((await forget(gone.userId, product)).data).toEqual({ forgot });
    const source = `{ templatesAuditLog(filter: { actorId: { eq: "${product.userId}" } }) {
      edges { node { action tenantId resourceType resourceId after } } } }`;
    const { templatesAuditLog } = await ask<{ templatesAuditLog: { edges: { node: object }[] } }>(
      subgraph,
      superadmin,
      source,
    );
    const entry = { action: 'templates.forgetUserInTemplates', tenantId: null, after: null };
    const entries = [
      { ...entry, resourceType: 'PersonaTemplate', resourceId: draft },
      { ...entry, resourceType: 'SystemPrompt', resourceId: own },
    ];
    expect(templatesAuditLog.edges).toHaveLength(2);
    expect(templatesAuditLog.edges.map(({ node }) => node)).toEqual(expect.arrayContaining(entries));
  });

  test('costs the same few statements however many rows there are', async () => {
    const [first, one, gone] = [anAdmin(), anAdmin(), anAdmin()];
    for (const who of [first, one, gone, gone]) await rowsOf(who);
    // The first entry of the log makes its chain.
    await forget(first.userId);
    for (const { userId } of [one, gone]) expect(await statementsOf(() => forget(userId))).toHaveLength(9);
    expect(await statementsOf(() => forget(gone.userId))).toHaveLength(3);
  });

  test('is named by a UUID', async () => {
    expect(codes(await forget('nobody'))).toEqual(['BAD_USER_INPUT']);
  });

  test.each([
    ['a superadmin', superadmin],
    ['a tenant’s admin', anAdmin()],
  ])('is forgotten by the product itself, not by %s', async (_, who) => {
    const other = anAdmin();
    const rows = await rowsOf(other);
    expect(codes(await forget(other.userId, who))).toEqual(['FORBIDDEN']);
    expect(await left(rows)).toHaveLength(5);
  });
});

describe('a user with more rows than one transaction deletes', () => {
  const product = { ...system, userId: newId() };
  const { db } = subgraph.createContext(aRequest(product)) as Context;
  const kept = ['published', 'retired', 'organization'];
  const entries = async (): Promise<unknown> => {
    const log = `{ log: templatesAuditLog(filter: { actorId: { eq: "${product.userId}" } }) { totalCount } }`;
    return (await ask<{ log: { totalCount: number } }>(subgraph, superadmin, log)).log.totalCount;
  };

  test('is forgotten by several, as far as the time lasts, and on when it is asked for again', async () => {
    const gone = anAdmin();
    const all = [await rowsOf(gone), await rowsOf(gone), await rowsOf(gone)] as const;
    expect(await forgetUser(db, gone.userId, { size: 4, untilMs: 0 })).toBe(false);
    expect((await Promise.all(all.map(left))).flat().filter((name) => name === 'draft')).toEqual([]);
    expect(await entries()).toBe(4);
    const sent = await statementsOf(async () =>
      expect(await forgetUser(db, gone.userId, { size: 1 })).toBe(true),
    );
    // Two of a row each, and one that finds nothing.
    expect(sent.filter(({ text }) => /^commit/i.test(text))).toHaveLength(3);
    for (const rows of all) expect(await left(rows)).toEqual(kept);
    expect(await entries()).toBe(6);
  });
});

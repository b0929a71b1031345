import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aNotification, aNotificationsSubgraph, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(async () => {
  subgraph = await aNotificationsSubgraph();
});
afterAll(() => subgraph.close());

interface Hit {
  readonly id: string;
  readonly highlight: string;
}

const search = async (who: Identity, text: string, more = ''): Promise<Hit[]> =>
  (
    await ask<{ notificationsSearch: Hit[] }>(
      subgraph,
      who,
      `query ($text: String!) { notificationsSearch(text: $text${more}) { type id tenantId title highlight rank } }`,
      { text },
    )
  ).notificationsSearch;

const admin = aUser();
const member = aUser({ role: 'user', tenantId: admin.tenantId });
let [titled, told] = ['', ''];
beforeAll(async () => {
  told = await aNotification(subgraph, admin, { message: 'Zinnober walls were painted' });
  titled = await aNotification(subgraph, admin, { userId: member.userId, title: 'Zinnober has come' });
});

describe('a search', () => {
  test('finds titles before messages, with the words marked, by one statement', async () => {
    const hits: Hit[] = [];
    const statements = await statementsOf(async () => hits.push(...(await search(admin, 'zinnober'))));
    expect(statements).toHaveLength(1);
    expect(hits).toMatchObject([
      {
        ...{ type: 'Notification', id: titled, tenantId: admin.tenantId, title: 'Zinnober has come' },
        highlight: expect.stringContaining('**Zinnober** has come'),
      },
      { id: told, highlight: expect.stringContaining('**Zinnober** walls') },
    ]);
    expect((await search(admin, 'painting wall')).map(({ id }) => id)).toEqual([told]);
  });

  test('finds what the caller sees and nothing else', async () => {
    const stranger = aUser();
    const inTenant = `, tenantId: "${admin.tenantId}"`;
    expect((await search(member, 'zinnober')).map(({ id }) => id)).toEqual([titled]);
    expect(await search(stranger, 'zinnober', inTenant)).toEqual([]);
    expect(await search(aSuperadmin(), 'zinnober', inTenant)).toHaveLength(2);
    expect(await search(aSuperadmin(), 'zinnober', `, tenantId: "${stranger.tenantId}"`)).toEqual([]);
  });

  test.each(['text: ""', 'text: "a", first: 0', 'text: "a", first: 101'])(
    'is refused for %s',
    async (args) => {
      const result = await run(subgraph, admin, `{ notificationsSearch(${args}) { id } }`);
      expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    },
  );
});

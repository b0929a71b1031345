import { describe, expect, test } from '@jest/globals';
import type { SubgraphResult } from '@cdx/kit';
import { aContext, factsOf, type Asked } from './testing.ts';
import { timeline, type Timeline } from './timeline.ts';

const log = (service: string): string => `
  type AuditEntry @shareable { id: ID! }
  type AuditEntryConnection @shareable { totalCount: Int! }
  type Query { ${service}AuditLog: AuditEntryConnection @requiresScopes(scopes: [["platform:audit:read"]]) }`;

const facts = factsOf({ crm: log('crm'), billing: log('billing'), cms: log('cms') });

interface Entry {
  readonly id: string;
  readonly createdAt: string;
}

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

/** Logs of three services: seconds that are apart, the same, and far more in one of them. */
const logs: Readonly<Record<string, readonly Entry[]>> = {
  crm: Array.from({ length: 30 }, (_, index) => ({ id: `crm${index}`, createdAt: at(60 - index) })),
  // All of one moment, which the page's end falls into.
  billing: Array.from({ length: 25 }, (_, index) => ({ id: `billing${index}`, createdAt: at(50) })),
  cms: [{ id: 'cms0', createdAt: at(59) }],
};

/** A service's list as the kit pages it: a cursor is the place of the entry. */
function answer({ service, variables }: Asked): SubgraphResult {
  const entries = logs[service] ?? [];
  const from = variables.after === undefined ? 0 : Number(variables.after) + 1;
  const first = Number(variables.first);
  const edges = entries
    .slice(from, from + first)
    .map((node, index) => ({ cursor: String(from + index), node: { ...node, action: 'update' } }));
  return { data: { list: { edges, pageInfo: { hasNextPage: from + first < entries.length } } } };
}

const noEntries: SubgraphResult = {
  data: { list: { edges: [], pageInfo: { hasNextPage: false } } },
};

const idsOf = ({ edges }: Timeline): string[] => edges.map(({ node }) => node.id);

/** All pages of the timeline, each of `first`. */
async function allPages(first: number): Promise<Timeline[]> {
  const pages: Timeline[] = [];
  let after: string | null = null;
  do {
    const page: Timeline = await timeline(aContext(facts, answer), { first, after });
    pages.push(page);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return pages;
}

describe('the timeline', () => {
  test.each([1, 7, 50, 100])('in pages of %i shows every entry once, newest first', async (first) => {
    const shown = (await allPages(first)).flatMap(({ edges }) => edges.map(({ node }) => node));
    const all = Object.values(logs).flat();
    expect(shown.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    const times = shown.map((node) => node.at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  test('goes on after any entry, not only after the last of a page', async () => {
    const [whole] = await allPages(100);
    const [page] = await allPages(20);
    const rest = await timeline(aContext(facts, answer), { first: 100, after: page?.edges[4]?.cursor ?? '' });
    expect(idsOf(rest)).toEqual(idsOf(whole ?? rest).slice(5));
  });

  test('asks each list once for a page', async () => {
    const context = aContext(facts, answer);
    await timeline(context, { first: 10 });
    expect(context.asked.map(({ service }) => service).toSorted()).toEqual(['billing', 'cms', 'crm']);
  });

  test('says who did not answer; the next page asks again where it was', async () => {
    const down = aContext(facts, (asked) =>
      asked.service === 'cms' ? { data: null, errors: [] } : answer(asked),
    );
    const page = await timeline(down, { first: 5 });
    expect(page.unavailable).toEqual(['cms']);
    expect(idsOf(page)).not.toContain('cms0');
    const next = await timeline(aContext(facts, answer), { first: 5, after: page.pageInfo.endCursor });
    expect(next.unavailable).toEqual([]);
    expect(idsOf(next)).toContain('cms0');
  });

  test('leaves to its next reading what has happened since its first page', async () => {
    const quiet = aContext(facts, (asked) => (asked.service === 'cms' ? noEntries : answer(asked)));
    const page = await timeline(quiet, { first: 5 });
    const context = aContext(facts, answer);
    await timeline(context, { first: 5, after: page.pageInfo.endCursor });
    const asked = new Map(context.asked.map(({ service, variables }) => [service, variables.filter]));
    expect(asked.get('cms')).toEqual({ createdAt: { lte: at(60) } });
    expect(asked.get('crm')).toEqual({ createdAt: {} });
  });

  test('keeps to a period and a tenant', async () => {
    const context = aContext(facts, answer);
    const since = new Date('2026-01-01');
    await timeline(context, { tenantId: 'acme', since, kinds: ['audit'] });
    for (const { variables } of context.asked)
      expect(variables.filter).toEqual({ createdAt: { gte: since }, tenantId: { eq: 'acme' } });
  });

  test.each([
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['no places', Buffer.from('[1]').toString('base64url')],
    ['nothing', ''],
  ])('refuses a cursor of its own making: %s', async (_, after) => {
    await expect(timeline(aContext(facts, answer), { after })).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', field: 'after' },
    });
  });
});

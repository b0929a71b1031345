import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { domains } from '@cdx/gateway';
import { ask, at, clientUser, codesOf, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';

const timeline = `query ($tenantId: ID, $kinds: [TimelineKind!], $first: Int, $after: String) {
  timeline(tenantId: $tenantId, kinds: $kinds, first: $first, after: $after) {
    unavailable pageInfo { hasNextPage endCursor }
    edges { node { kind service id at tenantId action actor { id name } resourceType resourceId } } } }`;

interface Entry {
  readonly service: string;
  readonly id: string;
  readonly at: string;
  readonly tenantId: string | null;
  readonly action: string;
  readonly actor: { readonly name: string } | null;
  readonly resourceId: string | null;
}

const entriesOf = (answer: Parameters<typeof at>[0]): Entry[] =>
  (at(answer, 'timeline', 'edges') as readonly { readonly node: Entry }[]).map(({ node }) => node);

describe.each(topologies)('across services, %s,', (topology) => {
  let gateway: TestGateway;
  let root: string;
  let admin: string;

  beforeAll(async () => {
    gateway = await aGateway(topology);
    [root, admin] = await Promise.all([logIn(gateway, superadmin), logIn(gateway, tenantAdmin)]);
  });
  afterAll(() => gateway.close());

  const lastAt = (entries: readonly Entry[]): string[] => entries.map((entry) => entry.at);

  test('the timeline has what was just done, by whom, with what auth knows of the actor', async () => {
    const begun = Date.now();
    const { data } = await ask(gateway, '{ clients(first: 1) { edges { node { id } } } }', { token: admin });
    const [edge] = (data?.clients as { edges: readonly { node: { id: string } }[] }).edges;
    await ask(gateway, 'mutation ($id: ID!) { updateClient(id: $id, input: { tier: "gold" }) { id } }', {
      token: admin,
      variables: { id: edge?.node.id },
    });
    const answer = await ask(gateway, timeline, { token: admin, variables: { kinds: ['AUDIT'], first: 50 } });
    expect(answer.errors).toEqual([]);
    // Other suites write in this tenant at the same time.
    const done = entriesOf(answer).find(
      (entry) => entry.action === 'clients.updateClient' && Date.parse(entry.at) >= begun,
    );
    expect(done).toMatchObject({
      service: 'clients',
      resourceId: edge?.node.id,
      actor: { name: expect.any(String) },
    });
  });

  test('the timeline shows a tenant’s admin the tenant alone, whatever tenant is asked for', async () => {
    for (const tenantId of [null, 'acme', 'globex']) {
      const answer = await ask(gateway, timeline, { token: admin, variables: { tenantId, first: 100 } });
      const tenants = new Set(entriesOf(answer).map((entry) => entry.tenantId));
      expect([...tenants].filter((tenant) => tenant !== 'acme' && tenant !== null)).toEqual([]);
    }
  });

  test('the timeline of all goes on from page to page, newest first, nothing twice', async () => {
    const shown: Entry[] = [];
    let after: unknown = null;
    for (let page = 0; page < 4; page += 1) {
      const variables = { kinds: ['AUTH', 'AUDIT'], first: 10, after };
      const answer = await ask(gateway, timeline, { token: root, variables });
      shown.push(...entriesOf(answer));
      after = at(answer, 'timeline', 'pageInfo', 'endCursor');
    }
    expect(new Set(shown.map(({ service, id }) => `${service} ${id}`)).size).toBe(40);
    expect(lastAt(shown)).toEqual(lastAt(shown).toSorted().toReversed());
  });

  test.each([
    ['Organization', 'acme', null],
    ['Client', 'acme', null],
    ['AgentInstance', 'newsletter', expect.any(String)],
    ['PersonaTemplate', 'customer', null],
  ])(
    'a search finds a %s by “%s”, and shows a tenant’s admin the tenant alone',
    async (type, text, clientId) => {
      const query = `query ($text: String!, $types: [String!], $tenantId: ID) {
      search(text: $text, types: $types, tenantId: $tenantId, first: 5) {
        unavailable hits { type clientId tenantId title highlight } } }`;
      for (const [token, tenantId] of [
        [admin, null],
        [root, 'acme'],
      ] as const) {
        const answer = await ask(gateway, query, { token, variables: { text, types: [type], tenantId } });
        expect(answer.errors).toEqual([]);
        expect(at(answer, 'search', 'unavailable')).toEqual([]);
        const hits = at(answer, 'search', 'hits') as readonly Record<string, unknown>[];
        expect(hits.length).toBeGreaterThan(0);
        for (const hit of hits) {
          expect(hit).toMatchObject({ type, clientId, highlight: expect.stringMatching(/\*\*.+\*\*/) });
          expect([null, 'acme']).toContain(hit.tenantId);
        }
      }
      const elsewhere = { text, types: [type], tenantId: 'globex' };
      const answer = await ask(gateway, query, { token: admin, variables: elsewhere });
      const hits = at(answer, 'search', 'hits') as readonly Record<string, unknown>[];
      expect(hits.filter(({ tenantId }) => tenantId !== null)).toEqual([]);
    },
  );

  test('a search is for who has logged in, the rest for superadmins', async () => {
    const search = '{ search(text: "a") { hits { id } } }';
    expect(codesOf(await ask(gateway, search))).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
    const token = await logIn(gateway, clientUser);
    for (const query of [
      '{ timeline { unavailable } }',
      '{ dataLineage { name } }',
      '{ serviceHealth { status } }',
      '{ complianceReport(framework: GDPR, period: { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }) { passed } }',
    ])
      expect(codesOf(await ask(gateway, query, { token }))).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  });

  test('the lineage says who owns a user and who adds to it', async () => {
    const answer = await ask(gateway, '{ dataLineage(type: "User") { owner extendedBy } }', { token: root });
    const [user] = at(answer, 'dataLineage') as readonly { owner: string; extendedBy: readonly string[] }[];
    expect(user?.owner).toBe('auth');
    expect(user?.extendedBy).toEqual(expect.arrayContaining(['clients', 'templates']));
  });

  test('every service is asked how it is', async () => {
    const query = '{ serviceHealth { service status latencyMs version schemaHash } }';
    const answer = await ask(gateway, query, { token: root });
    const found = at(answer, 'serviceHealth') as readonly Record<string, unknown>[];
    expect(found.map(({ service }) => service).toSorted()).toEqual(
      domains.map(({ name }) => name).toSorted(),
    );
    // On a busy machine an answer may be slow, and a slow service is in trouble.
    for (const health of found)
      expect(health).toMatchObject({
        status: expect.stringMatching(/^(?:UP|DEGRADED)$/),
        version: '0.1.0',
        schemaHash: expect.any(String),
      });
  });

  test('a compliance report rests on what the services count', async () => {
    const query = `{ complianceReport(framework: SOC2, period: { from: "2026-10-01T00:00:00Z", to: "2026-11-01T00:00:00Z" }) {
      passed findings { control result summary evidence } } }`;
    const answer = await ask(gateway, query, { token: root });
    expect(answer.errors).toEqual([]);
    const findings = at(answer, 'complianceReport', 'findings') as readonly Record<string, unknown>[];
    expect(findings.map(({ control }) => control)).toEqual(['CC6.1', 'CC6.6', 'CC7.2', 'CC7.4', 'A1.2']);
  });
});

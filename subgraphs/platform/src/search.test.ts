import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aPlatformSubgraph, aTenant, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

/** A word that nothing else has. */
const word = `zebra${newId().replaceAll('-', '')}`;
let [tenant, other, service, event] = ['', '', '', ''];

async function made(who: Identity, source: string): Promise<string> {
  const { data, errors } = await run(subgraph, who, `mutation { made: ${source} { id } }`);
  expect(errors).toBeUndefined();
  return (data?.made as { id: string }).id;
}

beforeAll(async () => {
  tenant = await aTenant(subgraph, { name: `The ${word} works` });
  other = await aTenant(subgraph, { clientId: word });
  service = await made(
    superadmin,
    `registerService(input: { name: "s-${newId()}", kind: "${word}", heartbeatSeconds: null })`,
  );
  event = await made(
    system,
    `recordSecurityEvent(input: { tenantId: "${tenant}", severity: LOW, kind: "test.seen",
      description: "Somebody has seen a ${word} and another ${word}." })`,
  );
});

const search = (who: Identity, args = '') =>
  run(subgraph, who, `{ platformSearch(text: "${word}"${args}) { type id tenantId title highlight } }`);

async function found(who: Identity, args?: string): Promise<unknown> {
  const { data, errors } = await search(who, args);
  expect(errors).toBeUndefined();
  return (data?.platformSearch as { type: string; id: string }[]).map(({ type, id }) => `${type} ${id}`);
}

describe('a search', () => {
  test('finds tenants, services and security events, best first, by one statement', async () => {
    const statements = await statementsOf(async () => {
      const { data } = await search(superadmin);
      expect(data?.platformSearch).toEqual([
        {
          type: 'Tenant',
          id: tenant,
          tenantId: tenant,
          title: `The ${word} works`,
          highlight: expect.stringContaining(`**${word}**`),
        },
        {
          type: 'SecurityEvent',
          id: event,
          tenantId: tenant,
          title: 'test.seen',
          highlight: expect.stringContaining(`**${word}**`),
        },
        {
          type: 'Service',
          id: service,
          tenantId: null,
          title: expect.any(String),
          highlight: expect.stringContaining(`**${word}**`),
        },
        {
          type: 'Tenant',
          id: other,
          tenantId: other,
          title: other,
          highlight: expect.stringContaining(`**${word}**`),
        },
      ]);
    });
    expect(statements.filter(({ text }) => text.includes('websearch_to_tsquery'))).toHaveLength(1);
  });

  test('is of one tenant, or of so many hits, where that is asked for', async () => {
    expect(await found(superadmin, `, tenantId: "${tenant}"`)).toEqual([
      `Tenant ${tenant}`,
      `SecurityEvent ${event}`,
    ]);
    expect(await found(superadmin, ', first: 1')).toEqual([`Tenant ${tenant}`]);
  });

  test('shows whoever has been given the scope the own tenant alone', async () => {
    const scopes = ['platform:read', 'platform:audit:read'];
    expect(await found(aUser({ tenantId: tenant, scopes }))).toEqual([
      `Tenant ${tenant}`,
      `SecurityEvent ${event}`,
    ]);
    expect(await found(aUser({ tenantId: tenant, scopes: ['platform:read'] }))).toEqual([`Tenant ${tenant}`]);
    expect(await found(aUser({ scopes }), `, tenantId: "${tenant}"`)).toEqual([]);
    expect(codes(await search(aUser({ tenantId: tenant })))).toEqual(['FORBIDDEN']);
  });

  test.each(['(text: " ")', '(text: "a", first: 0)', '(text: "a", first: 101)'])(
    '%s is refused',
    async (args) => {
      const result = await run(subgraph, superadmin, `{ platformSearch${args} { id } }`);
      expect(codes(result)).toEqual(['BAD_USER_INPUT']);
    },
  );
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkEvent } from '@cdx/kit';
import { ask, at, clientUser, codesOf, logIn, tenantAdmin } from './support/ask.ts';
import { costOf } from './support/count.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';
import { bearer, post } from './support/post.ts';

const plansIn = (work: readonly WorkEvent[]): number => work.filter(({ what }) => what === 'plan').length;

describe.each(topologies)('operations that differ in literals, %s', (topology) => {
  let gateway: TestGateway;
  let token: string;
  beforeAll(async () => {
    gateway = await aGateway(topology);
    token = await logIn(gateway, tenantAdmin);
  });
  afterAll(() => gateway.close());

  const page = (first: number, name: string): string =>
    `{ clients(first: ${first}, filter: { name: { startsWith: "${name}" } }) { edges { node { name owner { name } } } } }`;

  test('are planned once, and answered each for itself', async () => {
    const { work } = await costOf(async () => {
      for (const first of [1, 2]) {
        const answer = await ask(gateway, page(first, 'Acme'), { token });
        expect(at(answer, 'clients', 'edges')).toHaveLength(first);
      }
      const answer = await ask(gateway, page(3, 'Nobody is called so'), { token });
      expect(at(answer, 'clients', 'edges')).toEqual([]);
    });
    expect(plansIn(work)).toBe(1);
  });

  test('are cut once for those who may see the same of them', async () => {
    const asked = (first: number): string =>
      `{ clients(first: ${first}) { edges { node { id } } } authAuditLog(first: ${first}) { edges { node { id } } } }`;
    const client = { token: await logIn(gateway, clientUser) };
    const { work } = await costOf(async () => {
      for (const first of [1, 2]) {
        const answer = await ask(gateway, asked(first), client);
        expect([answer.data?.authAuditLog, codesOf(answer)]).toEqual([null, ['UNAUTHORIZED_FIELD_OR_TYPE']]);
        expect((await ask(gateway, asked(first), { token })).errors).toEqual([]);
      }
    });
    expect(plansIn(work)).toBe(2);
  });

  test('are planned once where their literals are moments, and a wrong one is told in the same words', async () => {
    const usage = (from: string): string =>
      `{ clients(first: 1) { edges { node { usageSummary(from: ${from}, to: "2026-02-01T00:00:00Z") { quantity } } } } }`;
    const { work } = await costOf(async () => {
      for (const from of ['"2026-01-01T00:00:00Z"', '"2026-01-02T00:00:00Z"'])
        expect((await ask(gateway, usage(from), { token })).errors).toEqual([]);
      const { errors } = await ask(gateway, usage('2026'), { token });
      expect(errors[0]?.message).toBe('DateTime cannot represent non string or Date type 2026');
      expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    });
    expect(plansIn(work)).toBe(1);
  });

  test('cost what they cost with variables', async () => {
    const headers = { ...bearer(token), 'x-cdx-cost': '1' };
    const costs = await Promise.all(
      [
        { query: '{ clients(first: 7) { edges { node { id } } } }' },
        { query: 'query ($n: Int) { clients(first: $n) { edges { node { id } } } }', variables: { n: 7 } },
      ].map(async (body) => (await post(gateway, body, headers)).body.extensions),
    );
    expect(costs[0]).toMatchObject({ cost: { estimated: 15 } });
    expect(costs[1]).toEqual(costs[0]);
  });
});

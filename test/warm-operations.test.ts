import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, logIn, tenantAdmin } from './support/ask.ts';
import { costOf, tally } from './support/count.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';

/** A query of three services; its first literals are what the values of `$first` are in the other form. */
const body = (first: string): string => `{ clients(first: ${first}) { edges { node { name owner { name }
  agents(first: 1) { edges { node { createdBy { name } personaTemplate { name } } } } } } } }`;
const withVariable = `query ($first: Int!) ${body('$first')}`;

describe.each(topologies)('what is done once for an operation is not done again, %s', (topology) => {
  let gateway: TestGateway;
  let token: string;
  beforeAll(async () => {
    gateway = await aGateway(topology);
    token = await logIn(gateway, tenantAdmin);
  });
  afterAll(() => gateway.close());

  /** What is done once, counted while an operation is asked for. */
  async function workOf(
    query: string,
    variables: Record<string, unknown> = {},
  ): Promise<Record<string, number>> {
    const { work } = await costOf(async () => {
      expect((await ask(gateway, query, { token, variables })).errors).toEqual([]);
    });
    return tally(work.map(({ what }) => what));
  }

  test('while it comes with other variables', async () => {
    const once = { read: 1, estimate: 1, authorize: 1, plan: 1, prepare: 3, compile: 3 };
    expect(await workOf(withVariable, { first: 2 })).toEqual(once);
    for (const first of [2, 1, 3]) expect(await workOf(withVariable, { first })).toEqual({});
  });

  test('but for reading its text, while it comes with other literals', async () => {
    await workOf(body('2'));
    expect(await workOf(body('1'))).toEqual({ read: 1, estimate: 1 });
    expect(await workOf(body('2'))).toEqual({});
  });
});

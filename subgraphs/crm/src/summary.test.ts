import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Identity, Subgraph } from '@cdx/kit';
import { ask, codes, run, statementsOf } from '@cdx/kit/testing';
import { aCrmSubgraph, aCustomer, aLead, aSuperadmin, aUser } from './testing.ts';

let subgraph: Subgraph;
beforeAll(() => {
  subgraph = aCrmSubgraph();
});
afterAll(() => subgraph.close());

/** The summaries of tenants, as the gateway asks for them; null where there is none to see. */
async function summaries(who: Identity, tenants: readonly string[], selection: string): Promise<unknown[]> {
  const { _entities: found } = await ask<{ _entities: ({ crm: unknown } | null)[] }>(
    subgraph,
    who,
    `query ($all: [_Any!]!) { _entities(representations: $all) { ... on Tenant { crm { ${selection} } } } }`,
    { all: tenants.map((id) => ({ __typename: 'Tenant', id })) },
  );
  return found.map((tenant) => tenant?.crm ?? null);
}

const platform = (who: Identity, selection: string) =>
  run(
    subgraph,
    who,
    `{ _entities(representations: [{ __typename: "Platform", id: "platform" }]) { ... on Platform { crm { ${selection} } } } }`,
  );

const all = `totalCustomers activeCustomers totalLeads openLeads wonLeads lostLeads mainCurrency pipelineValue
  weightedPipelineValue pipelineValues { amount currency } avgProbability leadsByStage { stage count value } wonValue`;

const superadmin = aSuperadmin();
const [busy, calm] = [aUser(), aUser()];

/** Two customers; three open leads of two currencies, two won and one lost. */
beforeAll(async () => {
  const customerId = await aCustomer(subgraph, busy);
  await aCustomer(subgraph, busy, { status: 'INACTIVE' });
  const lead = (more: object) => aLead(subgraph, busy, { customerId, ...more });
  await lead({ value: '100.10', probability: 50 });
  await lead({ value: '200.20', probability: 25, stage: 'PROPOSAL' });
  await lead({ value: '9000', probability: 30, stage: 'PROPOSAL', currency: 'JPY' });
  const close = async (id: string, how: string) =>
    ask(subgraph, busy, `mutation { moveLead(id: "${id}", stage: CLOSED${how}) { id } }`);
  await close(await lead({ value: '7.07' }), '');
  await close(await lead({ value: '50', currency: 'CHF' }), '');
  await close(await lead({ value: '1000' }), ', lostReason: "Price"');
});

describe('the summary of a tenant', () => {
  test('has its figures, in the currency of most leads', async () => {
    const stages = (values: Readonly<Record<string, readonly [number, string]>>) =>
      ['PROSPECT', 'QUALIFIED', 'PROPOSAL', 'NEGOTIATION', 'CLOSED'].map((stage) => {
        const [count, value] = values[stage] ?? [0, '0.00'];
        return { stage, count, value };
      });
    expect(await summaries(busy, [busy.tenantId], all)).toEqual([
      {
        ...{ totalCustomers: 2, activeCustomers: 1, totalLeads: 6, openLeads: 3, wonLeads: 2, lostLeads: 1 },
        ...{
          mainCurrency: 'EUR',
          pipelineValue: '300.30',
          weightedPipelineValue: '100.10',
          wonValue: '7.07',
        },
        pipelineValues: [
          { amount: '300.30', currency: 'EUR' },
          { amount: '9000.00', currency: 'JPY' },
        ],
        avgProbability: 35,
        leadsByStage: stages({
          PROSPECT: [1, '100.10'],
          PROPOSAL: [2, '200.20'],
          CLOSED: [3, '1007.07'],
        }),
      },
    ]);
  });

  test('has amounts in the currency that is asked for, and adds none of another', async () => {
    const selection = `pipelineValue(currency: "JPY") wonValue(currency: "CHF") weightedPipelineValue(currency: "USD")
      leadsByStage(currency: "JPY") { stage count value }`;
    const [found] = await summaries(busy, [busy.tenantId], selection);
    expect(found).toMatchObject({
      pipelineValue: '9000.00',
      wonValue: '50.00',
      weightedPipelineValue: '0.00',
    });
    expect((found as { leadsByStage: object[] }).leadsByStage[2]).toEqual({
      ...{ stage: 'PROPOSAL', count: 2, value: '9000.00' },
    });
    const wrong = await run(
      subgraph,
      busy,
      `{ _entities(representations: [{ __typename: "Tenant", id: "${busy.tenantId}" }]) {
        ... on Tenant { crm { pipelineValue(currency: "euro") } } } }`,
    );
    expect(codes(wrong)).toEqual(['BAD_USER_INPUT']);
  });

  test('has what was won in a period', async () => {
    const won = (from: string, to: string) =>
      summaries(busy, [busy.tenantId], `wonValue(period: { from: "${from}", to: "${to}" })`);
    expect(await won('2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z')).toEqual([{ wonValue: '7.07' }]);
    expect(await won('2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z')).toEqual([{ wonValue: '0.00' }]);
    await expect(won('2021-01-01T00:00:00Z', '2021-01-01T00:00:00Z')).rejects.toThrow(
      'period.to must be after from',
    );
  });

  test('of who has nothing is empty', async () => {
    expect(await summaries(calm, [calm.tenantId], all)).toEqual([
      expect.objectContaining({
        ...{
          totalCustomers: 0,
          totalLeads: 0,
          mainCurrency: null,
          pipelineValue: '0.00',
          pipelineValues: [],
        },
        ...{ avgProbability: null, wonValue: '0.00' },
      }),
    ]);
  });

  test('is null to who may not see the tenant', async () => {
    expect(await summaries(calm, [busy.tenantId, calm.tenantId], 'totalLeads')).toEqual([
      null,
      { totalLeads: 0 },
    ]);
    expect(await summaries(superadmin, [busy.tenantId, calm.tenantId], 'totalLeads')).toEqual([
      { totalLeads: 6 },
      { totalLeads: 0 },
    ]);
  });
});

describe('the summaries of a page of tenants', () => {
  const tenants = [busy.tenantId, calm.tenantId, ...Array.from({ length: 48 }, () => aUser().tenantId)];
  const period = '(period: { from: "2020-01-01T00:00:00Z", to: "2999-01-01T00:00:00Z" })';
  test.each([
    ['one statement', all, 1],
    ['one more for what was won in a period', `${all} won: wonValue${period}`, 2],
  ])('take %s', async (_, selection, count) => {
    const statements = await statementsOf(async () => {
      expect(await summaries(superadmin, tenants, selection)).toHaveLength(50);
    });
    expect(statements).toHaveLength(count);
  });

  test.each([
    ['customers', 'totalCustomers activeCustomers', { totalCustomers: 2, activeCustomers: 1 }, 'leads'],
    ['leads', 'pipelineValue', { pipelineValue: '300.30' }, 'customers'],
  ])('read no other table where %s are asked for', async (_, selection, expected, other) => {
    const [statement] = await statementsOf(async () => {
      expect(await summaries(superadmin, [busy.tenantId], selection)).toEqual([expected]);
    });
    expect(statement?.text).not.toContain(`crm.${other}`);
  });
});

describe('the summary of the platform', () => {
  test('has what all tenants have together, by one statement', async () => {
    // A currency that no other test has: other suites make and delete leads meanwhile.
    await aLead(subgraph, aUser(), { currency: 'ISK', value: '0.01', probability: 50 });
    await aLead(subgraph, aUser(), { currency: 'ISK', value: '2', probability: 50, stage: 'PROPOSAL' });
    const ofTheirs = `pipelineValue(currency: "ISK") weightedPipelineValue(currency: "ISK")
      leadsByStage(currency: "ISK") { value }`;
    let found: unknown;
    const statements = await statementsOf(async () => {
      const { data } = await platform(superadmin, `${ofTheirs} pipelineValues { currency amount }`);
      found = data?._entities;
    });
    expect(statements).toHaveLength(1);
    const values = ['0.01', '0.00', '2.00', '0.00', '0.00'];
    expect(found).toEqual([
      {
        crm: {
          ...{ pipelineValue: '2.01', weightedPipelineValue: '1.01' },
          leadsByStage: values.map((value) => ({ value })),
          pipelineValues: expect.arrayContaining([{ currency: 'ISK', amount: '2.01' }]) as unknown,
        },
      },
    ]);
  });

  test('counts those of one answer alike', async () => {
    const { data } = await platform(superadmin, all);
    const [{ crm }] = data?._entities as [
      { crm: Record<'totalLeads' | 'openLeads' | 'wonLeads' | 'lostLeads' | 'totalCustomers', number> },
    ];
    expect(crm.openLeads + crm.wonLeads + crm.lostLeads).toBe(crm.totalLeads);
    expect(crm.totalLeads).toBeGreaterThanOrEqual(8);
    expect(crm.totalCustomers).toBeGreaterThanOrEqual(4);
  });

  test('is for superadmins', async () => {
    expect((await platform(busy, 'totalLeads')).data).toEqual({ _entities: [null] });
  });
});

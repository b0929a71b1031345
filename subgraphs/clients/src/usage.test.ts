import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '@cdx/kit';
import { codes, run, statementsOf } from '@cdx/kit/testing';
import { aClient, aClientsSubgraph, aUser } from './testing.ts';

const subgraph = aClientsSubgraph();
afterAll(() => subgraph.close());

const admin = aUser();
let client: string;
beforeAll(async () => {
  client = await aClient(subgraph, admin);
});

function record(input: Record<string, unknown>, key?: string, clientId = client, who = admin) {
  const periodStart = '2026-01-01T00:00:00.000Z';
  const period = { periodStart, periodEnd: input.periodStart ?? periodStart };
  return run(
    subgraph,
    who,
    `mutation ($client: ID!, $input: RecordUsageInput!, $key: String) {
      recordUsage(clientId: $client, input: $input, idempotencyKey: $key) {
        id metric quantity unit periodStart periodEnd metadata agent { id } } }`,
    { client: clientId, input: { metric: 'tokens', quantity: '1', unit: 'token', ...period, ...input }, key },
  );
}

async function summary(args: string, clientId = client): Promise<unknown> {
  const { data, errors } = await run(
    subgraph,
    admin,
    `{ client(id: "${clientId}") { usageSummary(${args}) { metric unit periodStart quantity recordCount } } }`,
  );
  expect(errors).toBeUndefined();
  return (data?.client as { usageSummary: unknown }).usageSummary;
}

describe('a record of usage', () => {
  test('keeps its quantity exactly, its period and what it is about', async () => {
    const input = {
      metric: 'storage',
      quantity: '1234567890.1234',
      unit: 'GB',
      periodStart: '2026-02-01T00:00:00.000Z',
      periodEnd: '2026-03-01T00:00:00.000Z',
      metadata: { region: 'eu' },
    };
    const { data, errors } = await record(input);
    expect(errors).toBeUndefined();
    const { id } = data?.recordUsage as { id: string };
    expect(data?.recordUsage).toEqual({ id, ...input, agent: null });
    const read = await run(
      subgraph,
      admin,
      `{ usageRecord(clientId: "${client}", id: "${id}") { quantity } }`,
    );
    expect(read.data).toEqual({ usageRecord: { quantity: '1234567890.1234' } });
  });

  test('is made once for one idempotency key', async () => {
    const first = await record({ metric: 'once' }, 'once');
    expect(first.errors).toBeUndefined();
    expect(await record({ metric: 'once' }, 'once')).toEqual(first);
    expect(
      await summary('from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z", metric: "once"'),
    ).toMatchObject([{ recordCount: 1 }]);
  });

  test.each([
    ['five decimal places', { quantity: '0.00001' }, 'BAD_USER_INPUT'],
    ['eleven digits', { quantity: '12345678901' }, 'BAD_USER_INPUT'],
    ['no metric', { metric: ' ' }, 'BAD_USER_INPUT'],
    ['no unit', { unit: '' }, 'BAD_USER_INPUT'],
    ['an end before its start', { periodEnd: '2025-12-31T00:00:00Z' }, 'BAD_USER_INPUT'],
    ['metadata that is no object', { metadata: 1 }, 'BAD_USER_INPUT'],
    ['an agent that is not there', { agentInstanceId: newId() }, 'NOT_FOUND'],
  ])('with %s is refused, and nothing is written', async (_, input, code) => {
    const clientId = await aClient(subgraph, admin);
    expect(codes(await record(input, undefined, clientId))).toEqual([code]);
    const { data } = await run(subgraph, admin, `{ client(id: "${clientId}") { usage { totalCount } } }`);
    expect(data?.client).toEqual({ usage: { totalCount: 0 } });
  });

  test.each(['many', '1e3', 'NaN'])('with the quantity %s is refused', async (quantity) => {
    expect((await record({ quantity })).errors).toHaveLength(1);
  });

  test('is not written by the role user', async () => {
    const user = aUser({ tenantId: admin.tenantId, role: 'user' });
    expect(codes(await record({}, undefined, client, user))).toEqual(['FORBIDDEN']);
  });
});

describe('a summary of usage', () => {
  let summed: string;
  const all = 'from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z"';
  const tokens = (periodStart: string, quantity: string, recordCount: number) => ({
    metric: 'tokens',
    unit: 'token',
    periodStart,
    quantity,
    recordCount,
  });

  beforeAll(async () => {
    summed = await aClient(subgraph, admin);
    const records = [
      // A Monday, twice; its Sunday in the last millisecond; the next Monday; the next month.
      ['2026-03-23T00:00:00.000Z', '0.1', 'tokens', 'token'],
      ['2026-03-23T12:00:00.000Z', '0.2', 'tokens', 'token'],
      ['2026-03-29T23:59:59.999Z', '9999999999.9999', 'tokens', 'token'],
      ['2026-03-30T00:00:00.000Z', '0.0001', 'tokens', 'token'],
      ['2026-04-01T00:00:00.000Z', '-2.5', 'tokens', 'token'],
      ['2026-04-01T00:00:00.000Z', '7', 'calls', 'call'],
      ['2026-04-01T00:00:00.000Z', '8', 'calls', 'batch'],
    ];
    for (const [periodStart, quantity, metric, unit] of records) {
      expect(codes(await record({ periodStart, quantity, metric, unit }, undefined, summed))).toEqual([]);
    }
  });

  test('by day', async () => {
    expect(await summary(`${all}, by: DAY, metric: "tokens"`, summed)).toEqual([
      tokens('2026-03-23T00:00:00.000Z', '0.3000', 2),
      tokens('2026-03-29T00:00:00.000Z', '9999999999.9999', 1),
      tokens('2026-03-30T00:00:00.000Z', '0.0001', 1),
      tokens('2026-04-01T00:00:00.000Z', '-2.5000', 1),
    ]);
  });

  test('by week, which begins on Monday', async () => {
    expect(await summary(`${all}, by: WEEK, metric: "tokens"`, summed)).toEqual([
      tokens('2026-03-23T00:00:00.000Z', '10000000000.2999', 3),
      tokens('2026-03-30T00:00:00.000Z', '-2.4999', 2),
    ]);
  });

  test('by month', async () => {
    expect(await summary(`${all}, by: MONTH, metric: "tokens"`, summed)).toEqual([
      tokens('2026-03-01T00:00:00.000Z', '10000000000.3000', 4),
      tokens('2026-04-01T00:00:00.000Z', '-2.5000', 1),
    ]);
  });

  test('in all, each metric and unit by itself', async () => {
    const periodStart = '2026-01-01T00:00:00.000Z';
    expect(await summary(all, summed)).toEqual([
      { metric: 'calls', unit: 'batch', periodStart, quantity: '8.0000', recordCount: 1 },
      { metric: 'calls', unit: 'call', periodStart, quantity: '7.0000', recordCount: 1 },
      tokens(periodStart, '9999999997.8000', 5),
    ]);
  });

  test('counts what begins at its first moment and not what begins at its last', async () => {
    const bounds = 'from: "2026-03-23T12:00:00Z", to: "2026-03-30T00:00:00Z", metric: "tokens"';
    const sum = tokens('2026-03-23T12:00:00.000Z', '10000000000.1999', 2);
    expect(await summary(bounds, summed)).toEqual([sum]);
  });

  test('of a time without records, or of a client without any, is empty', async () => {
    expect(await summary('from: "2020-01-01T00:00:00Z", to: "2021-01-01T00:00:00Z"', summed)).toEqual([]);
    expect(await summary(all, await aClient(subgraph, admin))).toEqual([]);
  });

  test.each(['2025-01-01T00:00:00Z', '2026-01-01T00:00:00Z'])(
    'to %s, not after its start, is refused',
    async (to) => {
      const query = `{ client(id: "${summed}") { usageSummary(from: "2026-01-01T00:00:00Z", to: "${to}") { metric } } }`;
      expect(codes(await run(subgraph, admin, query))).toEqual(['BAD_USER_INPUT']);
    },
  );

  test('of many clients takes one statement after that of the clients', async () => {
    const statements = await statementsOf(() =>
      run(subgraph, admin, `{ clients { edges { node { usageSummary(${all}, by: DAY) { quantity } } } } }`),
    );
    expect(statements).toHaveLength(2);
  });
});

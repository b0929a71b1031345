import { afterAll, describe, expect, test } from '@jest/globals';
import { newId, system, type Identity } from '@cdx/kit';
import { codes, run } from '@cdx/kit/testing';
import { aPlatformSubgraph, aTenant, aTenantId, aUser, superadmin } from './testing.ts';

const subgraph = aPlatformSubgraph();
afterAll(() => subgraph.close());

const period = { periodStart: '2026-01-01T00:00:00.000Z', periodEnd: '2026-04-01T00:00:00.000Z' };
const finding = {
  control: 'CC6.1',
  title: 'Accounts are personal',
  result: 'FAILED',
  summary: 'Two accounts are shared',
  evidence: { count: 2 },
};

function record(who: Identity, input: Record<string, unknown> = {}, key?: string) {
  return run(
    subgraph,
    who,
    `mutation ($input: RecordComplianceReportInput!, $key: String) {
      recordComplianceReport(input: $input, idempotencyKey: $key) {
        id tenantId framework periodStart periodEnd status generatedBy { id }
        findings { control title result summary evidence } } }`,
    { input: { framework: 'SOC2', ...period, ...input }, key },
  );
}

async function aReport(input: Record<string, unknown> = {}): Promise<string> {
  const { data, errors } = await record(system, input);
  expect(errors).toBeUndefined();
  return (data?.recordComplianceReport as { id: string }).id;
}

const finish = (who: Identity, id: string, input: Record<string, unknown>) =>
  run(
    subgraph,
    who,
    `mutation ($id: ID!, $input: FinishComplianceReportInput!) {
      finishComplianceReport(id: $id, input: $input) { status findings { result } } }`,
    { id, input },
  );

describe('a compliance report', () => {
  test('is kept with its findings', async () => {
    const tenantId = await aTenant(subgraph);
    const generatedBy = newId();
    const input = { tenantId, generatedBy, findings: [finding] };
    const { data, errors } = await record(system, input);
    expect(errors).toBeUndefined();
    expect(data?.recordComplianceReport).toEqual({
      id: expect.any(String),
      tenantId,
      framework: 'SOC2',
      ...period,
      status: 'COMPLETED',
      generatedBy: { id: generatedBy },
      findings: [finding],
    });
  });

  test('is kept once by one idempotency key', async () => {
    const first = await record(system, {}, 'once');
    expect(first.errors).toBeUndefined();
    expect(await record(system, {}, 'once')).toEqual(first);
  });

  test('changes while it is pending, and never after', async () => {
    const id = await aReport({ status: 'PENDING' });
    expect(codes(await finish(system, id, { status: 'PENDING', findings: [] }))).toEqual(['BAD_USER_INPUT']);
    const { data } = await finish(system, id, { status: 'COMPLETED', findings: [finding] });
    expect(data?.finishComplianceReport).toEqual({ status: 'COMPLETED', findings: [{ result: 'FAILED' }] });
    expect(codes(await finish(system, id, { status: 'FAILED', findings: [] }))).toEqual(['CONFLICT']);
    expect(codes(await finish(system, newId(), { status: 'FAILED', findings: [] }))).toEqual(['NOT_FOUND']);
  });

  test.each([
    { periodEnd: period.periodStart },
    { generatedBy: 'nobody' },
    { tenantId: '' },
    { findings: [{ ...finding, control: ' ' }] },
    { findings: [{ ...finding, summary: '' }] },
    { findings: Array.from({ length: 1001 }, () => finding) },
  ])('with %j is refused', async (input) => {
    expect(codes(await record(system, input))).toEqual(['BAD_USER_INPUT']);
  });

  test('is the product’s alone to write', async () => {
    const id = await aReport({ status: 'PENDING' });
    for (const who of [superadmin, aUser(), aUser({ scopes: ['platform:read', 'platform:write'] })]) {
      expect(codes(await record(who))).toEqual(['FORBIDDEN']);
      expect(codes(await finish(who, id, { status: 'FAILED', findings: [] }))).toEqual(['FORBIDDEN']);
    }
    const { data } = await run(subgraph, superadmin, `{ complianceReportById(id: "${id}") { status } }`);
    expect(data?.complianceReportById).toEqual({ status: 'PENDING' });
  });

  test('of another tenant is not shown to who has been given the scope', async () => {
    const tenantId = aTenantId();
    const ids = [await aReport({ tenantId }), await aReport({ tenantId: aTenantId() }), await aReport()];
    const query = `query ($ids: [ID!]) { complianceReports(filter: { id: { in: $ids } }) {
      totalCount edges { node { id tenantId } } } complianceReportById(id: "${ids[1] ?? ''}") { id } }`;
    const reader = aUser({ tenantId, scopes: ['platform:read'] });
    expect((await run(subgraph, reader, query, { ids })).data).toEqual({
      complianceReports: { totalCount: 1, edges: [{ node: { id: ids[0], tenantId } }] },
      complianceReportById: null,
    });
    expect(codes(await run(subgraph, aUser({ tenantId }), query, { ids }))).toEqual([
      'FORBIDDEN',
      'FORBIDDEN',
    ]);
    const { data } = await run(subgraph, superadmin, query, { ids });
    expect(data).toMatchObject({
      complianceReports: { totalCount: 3 },
      complianceReportById: { id: ids[1] },
    });
  });

  test('is listed by framework and tenant', async () => {
    const tenantId = aTenantId();
    await aReport({ tenantId, framework: 'GDPR' });
    await aReport({ tenantId, framework: 'PCI_DSS' });
    const { data } = await run(
      subgraph,
      superadmin,
      `{ complianceReports(filter: { tenantId: { eq: "${tenantId}" }, framework: { in: [PCI_DSS, HIPAA] } }) {
        edges { node { framework } } } }`,
    );
    expect(data?.complianceReports).toEqual({ edges: [{ node: { framework: 'PCI_DSS' } }] });
  });
});

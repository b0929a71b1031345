import { describe, expect, test } from '@jest/globals';
import type { SubgraphResult } from '@cdx/kit';
import { complianceReport, type ComplianceArguments } from './compliance.ts';
import { aContext, factsOf, type Asked } from './testing.ts';

const list = (name: string): string => `
  type ${name}Connection { totalCount: Int! }
  type Query { ${name}(first: Int): ${name}Connection }`;

const facts = factsOf({
  crm: list('crmAuditLog'),
  auth: `${list('users')} extend type Query { authEvents(first: Int): usersConnection }`,
  platform: list('securityEvents'),
});

const period = { from: new Date('2026-01-01'), to: new Date('2026-02-01') };
const soc2: ComplianceArguments = { framework: 'soc2', period };

/** Services that count what the function says. */
const counting =
  (count: (asked: Asked) => number | undefined) =>
  (asked: Asked): SubgraphResult => {
    const totalCount = count(asked);
    return totalCount === undefined ? { data: null, errors: [] } : { data: { list: { totalCount } } };
  };

const resultsOf = async (count: (asked: Asked) => number | undefined): Promise<Record<string, string>> => {
  const { findings } = await complianceReport(aContext(facts, counting(count)), soc2);
  return Object.fromEntries(findings.map(({ control, result }) => [control, result]));
};

const all = { 'A1.2': 'passed', 'CC6.1': 'passed', 'CC6.6': 'passed', 'CC7.2': 'passed', 'CC7.4': 'passed' };

describe('a report', () => {
  test('passes where nothing is amiss', async () => {
    expect(await resultsOf(() => 0)).toEqual(all);
  });

  test.each([
    ['a grave event is open', 'CC7.4', ({ query }: Asked) => (query.includes('securityEvents') ? 1 : 0)],
    [
      'an administrator has not confirmed the address',
      'CC6.1',
      ({ variables }: Asked) => ('emailVerified' in (variables.filter as object) ? 1 : 0),
    ],
    [
      'log-ins fail often',
      'CC6.6',
      ({ variables }: Asked) => (JSON.stringify(variables).includes('FAILED_LOGIN') ? 3 : 7),
    ],
  ])('fails a control when %s', async (_, control, count) => {
    expect(
      await resultsOf((asked) =>
        control === 'CC6.6' && !asked.query.includes('authEvents') ? 0 : count(asked),
      ),
    ).toEqual({
      ...all,
      [control]: 'failed',
    });
  });

  test('does not say that a control passes when nobody tells', async () => {
    const results = await resultsOf(({ service }) => (service === 'crm' ? undefined : 0));
    expect(results).toEqual({ ...all, 'CC7.2': 'unknown' });
  });

  test('is of the tenant and the period alone', async () => {
    const context = aContext(
      facts,
      counting(() => 0),
    );
    await complianceReport(context, { ...soc2, tenantId: 'acme' });
    const [audit] = context.asked.filter(({ service }) => service === 'crm');
    expect(audit?.variables.filter).toEqual({
      createdAt: { gte: period.from, lt: period.to },
      tenantId: { eq: 'acme' },
    });
  });

  test('of a period that ends before it begins is refused', async () => {
    const turned = { from: period.to, to: period.from };
    await expect(
      complianceReport(
        aContext(
          facts,
          counting(() => 0),
        ),
        { ...soc2, period: turned },
      ),
    ).rejects.toMatchObject({ extensions: { code: 'BAD_USER_INPUT', field: 'period' } });
  });
});

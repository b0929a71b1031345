import { describe, expect, test } from '@jest/globals';
import { judgeAdvisories, type Accepted } from './judge-advisories.ts';

const today = '2026-11-21';

function aReport(severity = 'high'): string {
  const advisory = {
    github_advisory_id: 'GHSA-1',
    module_name: 'left-pad',
    severity,
    title: 'Pads too far',
    url: 'https://advisories.example/GHSA-1',
  };
  return JSON.stringify({ advisories: { 1: advisory }, metadata: {} });
}

const anAcceptance = (parts: Partial<Accepted> = {}): Accepted => ({
  advisory: 'GHSA-1',
  reason: 'nothing is padded here',
  until: '2026-12-31',
  ...parts,
});

const open = (output: string, ...accepted: readonly Accepted[]): string[] => {
  const judgement = judgeAdvisories(output, accepted, today);
  return judgement.kind === 'judged' ? judgement.open.map(({ id }) => id) : [judgement.why];
};

describe('an advisory', () => {
  test.each([
    ['critical', ['GHSA-1']],
    ['high', ['GHSA-1']],
    ['moderate', []],
    ['low', []],
  ])('that is %s leaves %j open', (severity, expected) => {
    expect(open(aReport(severity))).toEqual(expected);
  });

  test('that is accepted is not open, until the last day has passed', () => {
    expect(open(aReport(), anAcceptance())).toEqual([]);
    expect(open(aReport(), anAcceptance({ until: today }))).toEqual([]);
    expect(open(aReport(), anAcceptance({ until: '2026-11-20' }))).toEqual(['GHSA-1']);
  });

  test('is not accepted by accepting another', () => {
    expect(open(aReport(), anAcceptance({ advisory: 'GHSA-2' }))).toEqual(['GHSA-1']);
  });

  test.each([{ reason: '' }, { until: 'some day' }])('is not accepted with %j', (parts) => {
    expect(() => open(aReport(), anAcceptance(parts))).toThrow('must have a reason, and an until');
  });
});

test('a report without advisories leaves none open', () => {
  expect(open('{"advisories":{},"metadata":{}}')).toEqual([]);
});

test.each([
  ['{"error":{"code":"ERR_PNPM_AUDIT_BAD_RESPONSE","message":"responded with 405"}}', 'responded with 405'],
  ['<html>proxy</html>', 'the answer was no JSON'],
  ['', 'the answer was no JSON'],
  ['{}', 'there was no answer'],
])('the output %j says that nothing is known', (output, why) => {
  expect(judgeAdvisories(output, [], today)).toEqual({ kind: 'unknown', why });
});

import { badInput } from '@cdx/kit';
import type { Context } from './context.ts';
import { controlsOf, type Framework, type Outcome } from './controls.ts';

export interface ComplianceArguments {
  readonly tenantId?: string | null;
  readonly framework: Framework;
  readonly period: { readonly from: Date; readonly to: Date };
}

export interface ComplianceAssessment {
  readonly tenantId: string | null;
  readonly framework: Framework;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly passed: boolean;
  readonly findings: readonly (Outcome & { readonly control: string; readonly title: string })[];
}

/**
 * Goes through the controls of a framework with what the services answer now.
 * @throws BAD_USER_INPUT when the period ends before it begins
 */
export async function complianceReport(
  context: Context,
  { tenantId = null, framework, period: { from, to } }: ComplianceArguments,
): Promise<ComplianceAssessment> {
  if (from >= to) throw badInput('period', 'from before to');
  const findings = await Promise.all(
    controlsOf(framework).map(async ({ control, title, assess }) => ({
      control,
      title,
      ...(await assess(context, { tenantId, from, to })),
    })),
  );
  return {
    tenantId,
    framework,
    periodStart: from,
    periodEnd: to,
    passed: findings.every(({ result }) => result !== 'failed'),
    findings,
  };
}

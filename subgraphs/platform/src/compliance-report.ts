import {
  asJson,
  conflict,
  idFor,
  isSelected,
  loadEntity,
  loadPage,
  notFound,
  parseInput,
  tenantId,
  uuid,
  type Readable,
} from '@cdx/kit';
import { ComplianceReport as table, type ComplianceReportRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type { ComplianceReportResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { loadTenant } from './tenant.ts';

/** Superadmins see all; whoever has been given the scope, those of the own tenant: row-level security sees to it. */
const readableReports: Readable = { table, order: { property: 'createdAt', direction: 'DESC' } };

const findings = z
  .array(
    z.object({
      control: z.string().trim().min(1, 'must not be empty').max(100),
      title: z.string().trim().min(1, 'must not be empty').max(255),
      result: z.enum(['passed', 'failed', 'unknown', 'not_applicable']),
      summary: z.string().trim().min(1, 'must not be empty').max(10_000),
      evidence: z.unknown().optional(),
    }),
  )
  .max(1_000, 'must be at most 1,000');
const recordInput = z
  .object({
    tenantId: tenantId.nullish(),
    framework: z.enum(['soc2', 'iso27001', 'gdpr', 'hipaa', 'pci_dss']),
    periodStart: z.date(),
    periodEnd: z.date(),
    status: z.enum(['pending', 'completed', 'failed']),
    findings: findings.nullish(),
    generatedBy: uuid.nullish(),
  })
  .refine(({ periodStart, periodEnd }) => periodEnd > periodStart, {
    path: ['periodEnd'],
    message: 'must be after periodStart',
  });
const finishInput = z.object({
  status: z.enum(['completed', 'failed'], 'must be COMPLETED or FAILED'),
  findings,
});

export const query: QueryResolvers = {
  complianceReportById: (_, { id }, context) => loadReport(context, id),
  complianceReports: (_, args, context, info) =>
    loadPage<ComplianceReportRow>(context, readableReports, args, isSelected(info, 'totalCount')),
};

export const mutation: MutationResolvers = {
  async recordComplianceReport(_, { input, idempotencyKey }, context) {
    const { tenantId, generatedBy, findings: found, ...values } = parseInput(recordInput, input);
    const id = idFor(context, 'recordComplianceReport', idempotencyKey);
    const data = {
      id,
      ...values,
      tenantId: tenantId ?? null,
      generatedBy: generatedBy ?? null,
      findings: asJson(found ?? []),
    };
    await context.db.write((tx) =>
      tx.complianceReport.createMany({ data, skipDuplicates: idempotencyKey != null }),
    );
    return existingReport(context, id);
  },

  async finishComplianceReport(_, { id, input }, context) {
    const { status, findings: found } = parseInput(finishInput, input);
    const report = await existingReport(context, id);
    const { count } = await context.db.write((tx) =>
      tx.complianceReport.updateMany({
        where: { id, status: 'pending' },
        data: { status, findings: asJson(found) },
      }),
    );
    if (count === 0) throw conflict(`Compliance report ${id} is ${report.status}, not pending`);
    return existingReport(context, id);
  },
};

export const complianceReport: ComplianceReportResolvers = {
  __resolveReference: ({ id }, context) => loadReport(context, id),
  tenant: ({ tenantId }, _, context) => (tenantId === null ? null : loadTenant(context, tenantId)),
  // Checked when it was written; the database holds no others.
  findings: ({ findings: stored }) => findings.parse(stored),
  generatedBy: ({ generatedBy: id }) => (id === null ? null : { id }),
};

function loadReport(context: Context, id: string): Promise<ComplianceReportRow | null> {
  return loadEntity<ComplianceReportRow>(context, readableReports, id);
}

async function existingReport(context: Context, id: string): Promise<ComplianceReportRow> {
  const found = await loadReport(context, id);
  if (!found) throw notFound('ComplianceReport', id);
  return found;
}

import { day, seeded, weighted, type DemoWorld, type Row } from '@cdx/demo';

/** A few controls of each framework, as it names them. */
const frameworks = {
  soc2: [
    ['CC6.1', 'Access is limited to those who need it'],
    ['CC6.6', 'Requests from outside are authenticated'],
    ['CC7.2', 'Security events are watched and resolved'],
    ['CC8.1', 'Changes are on record with who made them'],
  ],
  gdpr: [
    ['Art. 5', 'Personal values are masked in logs and audit'],
    ['Art. 25', 'Tenants are separated by the database'],
    ['Art. 30', 'Processing is on record'],
    ['Art. 32', 'Secrets are stored as hashes or encrypted'],
  ],
} as const;

const quarters = 4;
const quarterDays = 91;

/** A report of each framework for every quarter of the year, on the platform and on each tenant. */
export function complianceReportRows(world: DemoWorld): Row[] {
  const subjects = [null, ...world.tenants.map(({ id }) => id)];
  return subjects.flatMap((tenantId) =>
    Object.entries(frameworks).flatMap(([framework, controls]) =>
      Array.from({ length: quarters }, (_, ago) => reportRow(world, { tenantId, framework, controls, ago })),
    ),
  );
}

interface Report {
  readonly tenantId: string | null;
  readonly framework: string;
  readonly controls: readonly (readonly [control: string, title: string])[];
  /** How many quarters ago the period ended. */
  readonly ago: number;
}

function reportRow(world: DemoWorld, { tenantId, framework, controls, ago }: Report): Row {
  const path = `compliance report ${tenantId ?? ''} ${framework} ${ago}`;
  const random = seeded(path);
  const end = new Date(world.now.getTime() - ago * quarterDays * day);
  return {
    id: world.id(path, end),
    tenant_id: tenantId,
    framework,
    period_start: new Date(end.getTime() - quarterDays * day),
    period_end: end,
    status: 'completed',
    findings: controls.map(([control, title]) => {
      const checked = random.number.int({ min: 20, max: 400 });
      // It has become better over the year.
      const result = weighted(random, { passed: 90 - 8 * ago, failed: 4 + 6 * ago });
      const failed = result === 'failed' ? random.number.int({ min: 1, max: 5 }) : 0;
      return {
        control,
        title,
        result,
        summary: `${failed} of ${checked} failed`,
        evidence: { checked, failed },
      };
    }),
    generated_by: world.superadmin.id,
    created_at: end,
  };
}

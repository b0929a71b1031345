import type { DemoWorld, DomainDemo, Row } from '@cdx/demo';
import { complianceReportRows } from './compliance-reports.ts';
import { systemConfigRows } from './configuration.ts';
import { lineageRows } from './lineage.ts';
import { securityEventRows } from './security-events.ts';
import { serviceRows } from './services.ts';
import { tenantRows } from './tenants.ts';

/** The platform of the demo: its tenants and services, and a year of what happened to them. */
export const demo: DomainDemo = {
  marker: 'platform.tenants',
  plan: (world) => [
    ['platform.tenants', tenantRows(world)],
    ['platform.platform_admins', [ownerRow(world)]],
    ['platform.services', serviceRows(world)],
    ['platform.system_config', systemConfigRows(world)],
    ['platform.security_events', securityEventRows(world)],
    ['platform.compliance_reports', complianceReportRows(world)],
    ['platform.data_lineage', lineageRows(world)],
  ],
};

function ownerRow({ superadmin: { id, createdAt } }: DemoWorld): Row {
  return { user_id: id, level: 'owner', granted_by: null, granted_at: createdAt };
}

import type { DomainAccess } from '../matrix-types.ts';
import { mutation, query, stepsOfSagas } from './parts.ts';

export const platform: DomainAccess = {
  holds: 'tenants, services and configuration of the platform',
  rights: { superadmin: 'rw', admin: '-', client: '-', user: '-' },
  entities: ['Tenant', 'Platform', 'Saga'],
  specialScopes: {
    'platform:audit:read': {
      description: 'Read the audit log and security events',
      roles: ['superadmin', 'admin'],
      fields: [
        ...['securityEvent', 'securityEvents'].map(query),
        ...['SecurityEvent', 'SecurityEventConnection', 'SecurityEventEdge', 'Tenant.securityEvents'],
        ...['Tenant', 'Service', 'SystemConfig'].map((type) => `${type}.history`),
      ],
    },
  },
  exceptions: [
    {
      policy: 'authenticated',
      reason:
        'a tenant’s people see their own tenant and, in one query, what they may read of each domain; its settings are for superadmins',
      coordinates: ['Tenant', 'Query.myTenant'],
    },
    {
      policy: 'internal',
      reason: 'it is a step of what the product does as a whole, and means nothing on its own',
      coordinates: [
        ...['finishTenant', 'deleteTenant', 'recordComplianceReport', 'finishComplianceReport'].map(mutation),
        ...['markTenantArchived', 'unmarkTenantArchived'].map(mutation),
        ...['beginSaga', 'claimSaga', 'recordSaga', 'releaseSaga'].map(mutation),
        'HeldSaga',
      ],
    },
    stepsOfSagas(['forgetUserInPlatform'], ['Query.archiveOfTenant']),
  ],
  superadminOnly: [
    {
      reason: 'it is about the platform as a whole, whoever has been given the scope',
      fields: [
        ...['platform', 'platformAdmin', 'platformAdmins', 'service', 'services'].map(query),
        ...['systemConfig', 'systemConfigs', 'recordedLineage', 'saga', 'sagas'].map(query),
        ...['createTenant', 'updateTenant', 'activateTenant', 'suspendTenant'].map(mutation),
        ...['grantPlatformAdmin', 'revokePlatformAdmin', 'replaceRecordedLineage'].map(mutation),
        ...['registerService', 'updateService', 'removeService', 'reportServiceHeartbeat'].map(mutation),
        ...['setSystemConfig', 'deleteSystemConfig', 'recordSecurityEvent', 'resolveSecurityEvent'].map(
          mutation,
        ),
      ],
    },
  ],
};

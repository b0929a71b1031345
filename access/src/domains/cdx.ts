import type { DomainAccess } from '../matrix-types.ts';
import { mutation, superadmin } from './parts.ts';

/** What is asked across services; each of them sees once more to what it shows. */
export const views: DomainAccess = {
  holds: 'views across services',
  rights: { superadmin: 'rw', admin: 'r', client: 'r own', user: 'r own' },
  specialScopes: {
    'cdx:timeline': {
      description: 'Read what has happened in all services as one timeline',
      roles: ['superadmin', 'admin'],
      fields: ['Query.timeline', 'TimelineConnection', 'TimelineEdge', 'TimelineEntry'],
    },
    'cdx:operate': {
      description: 'See where the graph comes from, how its services are, and whether they keep their rules',
      roles: superadmin,
      fields: [
        ...['dataLineage', 'serviceHealth', 'complianceReport'].map((field) => `Query.${field}`),
        ...['LineageType', 'LineageKey', 'LineageField', 'ServiceHealth'],
        ...['ComplianceAssessment', 'AssessedControl'],
        'Subscription.serviceHealthChanged',
      ],
    },
  },
  superadminOnly: [
    {
      reason: 'it makes and ends what whole tenants need, in the name of its caller',
      fields: ['provisionTenant', 'archiveTenant', 'restoreTenant', 'deleteUserEverywhere', 'resumeSaga'].map(
        mutation,
      ),
    },
  ],
};

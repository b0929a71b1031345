import type { DomainAccess } from '../matrix-types.ts';
import { mutation, stepsOfSagas } from './parts.ts';

export const analytics: DomainAccess = {
  holds: 'events, metrics and dashboards',
  rights: { superadmin: 'rw', admin: 'r', client: 'r own', user: 'r own' },
  exceptions: [
    {
      policy: 'read',
      reason: 'a page tells what its own user does; who may write analytics tells what others do too',
      coordinates: ['trackEvent', 'trackEvents'].map(mutation),
    },
    {
      policy: 'read',
      reason: 'a dashboard is a way to look at the figures, and its maker’s own',
      coordinates: ['createDashboard', 'updateDashboard', 'deleteDashboard'].map(mutation),
    },
    stepsOfSagas(['forgetUserInAnalytics']),
  ],
  superadminOnly: [
    {
      reason: 'it counts for all tenants, and takes its time',
      fields: ['Mutation.rollUpMetrics'],
    },
  ],
};

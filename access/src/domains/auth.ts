import type { DomainAccess } from '../matrix-types.ts';
import { mutation, stepsOfSagas, superadmin } from './parts.ts';

export const auth: DomainAccess = {
  holds: 'users, organizations, sessions and roles',
  rights: { superadmin: 'rw', admin: 'r', client: 'r own', user: 'r own' },
  entities: ['User', 'Organization'],
  specialScopes: {
    'auth:roles:grant': {
      description: 'Grant and revoke roles and permissions',
      roles: superadmin,
      fields: [
        ...['createRole', 'updateRole', 'deleteRole', 'grantRole', 'revokeRole'],
        ...['grantPermission', 'revokePermission'],
      ].map(mutation),
    },
    // `revokeSession` ends a caller's own login too, so the field needs no scope and its resolver asks for this one.
    'auth:sessions:revoke': {
      description: 'End the sessions of other users',
      roles: superadmin,
      fields: [],
    },
  },
  exceptions: [
    {
      policy: 'public',
      reason: 'the way to an account, for those who have not logged in',
      coordinates: ['register', 'login', 'requestPasswordReset', 'resetPassword', 'verifyEmail'].map(
        mutation,
      ),
    },
    {
      policy: 'public',
      reason: 'the refresh token in its argument is the proof; the access token may have expired',
      coordinates: ['refreshToken', 'logout'].map(mutation),
    },
    {
      policy: 'public',
      reason: 'what those fields answer to somebody who has no token yet',
      coordinates: ['AuthPayload', 'OwnAccount'],
    },
    {
      policy: 'authenticated',
      reason: 'a caller’s own account, which no scope gives or takes away',
      coordinates: [
        'Query.me',
        ...['changePassword', 'logoutEverywhere', 'revokeSession', 'requestEmailVerification'].map(mutation),
        ...['updateUserProfile', 'updateUserPreferences', 'cancelUserSubscription'].map(mutation),
        ...['createUserProject', 'updateUserProject', 'deleteUserProject', 'recordUserActivity'].map(
          mutation,
        ),
      ],
    },
    {
      policy: 'internal',
      reason:
        'the gateway alone knows what it has refused, and whoever could say so could fill the audit log',
      coordinates: ['Mutation.recordRefusals'],
    },
    stepsOfSagas(['prepareAccount', 'openAccount', 'deleteOrganization', 'setTenantAccess', 'deleteAccount']),
  ],
  superadminOnly: [
    {
      reason: 'it could lift the caller’s own rights, or reach into another tenant',
      fields: [
        ...['createUser', 'updateUser', 'deleteUser', 'createOrganization', 'updateOrganization'],
        ...['createRole', 'updateRole', 'deleteRole', 'grantRole', 'revokeRole'],
        ...['grantPermission', 'revokePermission', 'updateSubscriptionTier', 'subscribeUser'],
      ].map(mutation),
    },
  ],
};

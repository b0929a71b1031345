/**
 * The access matrix: who may do what, as data and in one place. The token issuer takes scopes from it, composition
 * refuses a schema whose policies differ from it, and docs/access.md is written from it.
 */

import type { AccountRole, DomainAccess, Exception } from './matrix-types.ts';

/** Tenant admins read and write their tenant, clients their own, users read: the row of every domain of people's work. */
const work: DomainAccess['rights'] = { superadmin: 'rw', admin: 'rw', client: 'rw own', user: 'r own' };

const superadmin: readonly AccountRole[] = ['superadmin'];

const auth: DomainAccess = {
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

const clients: DomainAccess = {
  holds: 'clients and what runs for them',
  rights: work,
  entities: ['Client', 'WorkflowExecution'],
  specialScopes: {
    'clients:provision': {
      description: 'Make a client with its schema, change its record, suspend and archive it',
      roles: ['superadmin', 'admin'],
      fields: ['provisionClient', 'updateClient', 'suspendClient', 'activateClient', 'archiveClient'].map(
        mutation,
      ),
    },
    'clients:drop': {
      description: 'Delete the schema of an archived client',
      roles: superadmin,
      fields: ['Mutation.deleteClient'],
    },
    'clients:memory:search': {
      description: 'Search the memories of agents',
      roles: ['superadmin', 'admin', 'client'],
      fields: ['Query.searchMemory'],
    },
  },
  exceptions: [
    stepsOfSagas(
      ['undoProvisionClient', 'archiveClientsOf', 'restoreClientsOf', 'checkUserOwnsNoClient'],
      ['Query.clientsInUse', 'ClientsInUse'],
    ),
  ],
  superadminOnly: [
    {
      reason: 'every tenant’s agents are made from it',
      fields: ['createAgentDefinition', 'updateAgentDefinition'].map(mutation),
    },
  ],
};

const templates: DomainAccess = {
  holds: 'persona templates, prompt templates and system prompts',
  rights: work,
  entities: ['PersonaTemplate'],
  specialScopes: {
    'templates:publish': {
      description: 'Publish and retire persona templates',
      roles: ['superadmin', 'admin'],
      fields: ['publishPersonaTemplate', 'retirePersonaTemplate'].map(mutation),
    },
    // A system prompt is global by its input, so those fields need `templates:write`, their resolvers ask for
    // this, and row-level security for the role superadmin.
    'templates:global': {
      description: 'Change what everybody uses: prompt templates, global system prompts',
      roles: superadmin,
      fields: ['createPromptTemplate', 'updatePromptTemplate', 'deletePromptTemplate'].map(mutation),
    },
  },
  exceptions: [
    {
      policy: 'read',
      reason: 'whoever may use a prompt may say whether it worked',
      coordinates: ['Mutation.recordPromptUse'],
    },
    stepsOfSagas(['forgetUserInTemplates']),
  ],
};

/** What is asked across services; each of them sees once more to what it shows. */
const views: DomainAccess = {
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

const platform: DomainAccess = {
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

const billing: DomainAccess = {
  holds: 'plans, subscriptions, invoices and payments',
  rights: { superadmin: 'rw', admin: 'r', client: 'r own', user: '-' },
  exceptions: [stepsOfSagas(['endSubscriptionsOf', 'keepSubscriptionsOf'], ['Query.renewingSubscriptions'])],
  superadminOnly: [
    {
      reason: 'nobody settles their own bills, whatever has been granted',
      fields: [
        ...['createPlan', 'updatePlan', 'createSubscription', 'updateSubscription'],
        ...['changeSubscriptionPlan', 'cancelSubscription', 'resumeSubscription', 'renewSubscriptions'],
        ...['createInvoice', 'updateInvoice', 'deleteInvoice', 'openInvoice', 'voidInvoice'],
        ...['markInvoiceUncollectible', 'recordPayment', 'succeedPayment', 'failPayment', 'refundPayment'],
        ...['recordSubscriptionUsage', 'deleteSubscriptionUsage'],
      ].map(mutation),
    },
  ],
};

const analytics: DomainAccess = {
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

const notifications: DomainAccess = {
  holds: 'notifications and their deliveries',
  entities: ['Notification'],
  rights: work,
  exceptions: [
    {
      policy: 'read',
      reason: 'a user’s own notifications, and where the user gets them',
      coordinates: [
        ...['markNotificationRead', 'markAllNotificationsRead', 'deleteNotification'].map(mutation),
        ...['subscribeChannel', 'unsubscribeChannel'].map(mutation),
      ],
    },
    stepsOfSagas(['forgetUserInNotifications']),
  ],
};

/** Every domain, by the name of its subgraph. */
export const domainAccess: Readonly<Record<string, DomainAccess>> = {
  auth,
  clients,
  templates,
  cdx: views,
  platform,
  crm: {
    holds: 'customers, leads, interactions and pipelines',
    rights: work,
    entities: ['Customer'],
    exceptions: [stepsOfSagas(['createDefaultPipeline', 'deleteDefaultPipeline', 'forgetUserInCrm'])],
  },
  cms: {
    holds: 'content, media and pages',
    rights: work,
    exceptions: [stepsOfSagas(['createDefaultContentTypes', 'deleteDefaultContentTypes'])],
  },
  billing,
  analytics,
  notifications,
  engines: { holds: 'agent engines, chat sessions and executions', rights: work, entities: ['AgentEngine'] },
  workspaces: { holds: 'workspaces, teams, channels and agents', rights: work, entities: ['Agent'] },
  integrations: { holds: 'providers, connections and tools', rights: work },
  knowledge: { holds: 'datastores, media and embeddings', rights: work },
  work: { holds: 'projects, tasks, employees and agent tasks', rights: work, entities: ['Project', 'Task'] },
};

/** The audit log of each domain, with its types, which every subgraph has. */
export const auditLog = {
  scope: 'platform:audit:read',
  coordinates: [
    ...['AuditEntry', 'AuditEntryConnection', 'AuditEntryEdge'],
    ...['Subscription.auditLogAdded', 'AuditLogEvent'],
  ],
} as const;

/** Types that every subgraph may have: values, as safe as the field that answers with them, which has the policy. */
export const sharedTypes: readonly string[] = ['PageInfo', 'Money', 'SearchHit'];

/** What one service may ask of the others: by domain, and in what part where it is not all of it. */
export const serviceAccess: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  auth: { platform: 'sync', auth: 'rw' },
  crm: { platform: 'sync', auth: 'r users', crm: 'rw', analytics: 'w events' },
  cms: { platform: 'sync', auth: 'r users', cms: 'rw', analytics: 'w events' },
  billing: { platform: 'sync', auth: 'r users', crm: 'r customers', billing: 'rw', analytics: 'w events' },
  analytics: {
    ...{ platform: 'sync', auth: 'r users', crm: 'r summary', cms: 'r summary', billing: 'r summary' },
    analytics: 'rw',
  },
};

/** Mutations that sagas ask for, and what else of the schema they need. */
function stepsOfSagas(mutations: readonly string[], others: readonly string[] = []): Exception {
  return {
    policy: 'internal',
    reason: 'it is a step of a saga, and means nothing on its own',
    coordinates: [...mutations.map(mutation), ...others],
  };
}

function query(field: string): string {
  return `Query.${field}`;
}

function mutation(field: string): string {
  return `Mutation.${field}`;
}

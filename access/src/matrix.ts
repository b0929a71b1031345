/**
 * The access matrix: who may do what, as data and in one place. The token issuer takes scopes from it, composition
 * refuses a schema whose policies differ from it, and docs/access.md is written from it.
 */

import { analytics } from './domains/analytics.ts';
import { auth } from './domains/auth.ts';
import { billing } from './domains/billing.ts';
import { views } from './domains/cdx.ts';
import { clients } from './domains/clients.ts';
import { cms } from './domains/cms.ts';
import { crm } from './domains/crm.ts';
import { notifications } from './domains/notifications.ts';
import { platform } from './domains/platform.ts';
import { templates } from './domains/templates.ts';
import { work } from './domains/parts.ts';
import type { DomainAccess } from './matrix-types.ts';

/** Every domain, by the name of its subgraph. One that departs from its row of rights says so in a file of domains/. */
export const domainAccess: Readonly<Record<string, DomainAccess>> = {
  auth,
  clients,
  templates,
  cdx: views,
  platform,
  crm,
  cms,
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

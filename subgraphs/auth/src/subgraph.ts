import { connectDatabase, defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import { PrismaClient, tables, type Prisma } from '@cdx/prisma-auth';
import type { JSONWebKeySet } from 'jose';
import type { Resolvers } from '../generated/resolvers.ts';
import { emailMutation } from './accounts/email-verification.ts';
import { loginMutation } from './accounts/login.ts';
import { makeMailer } from './accounts/mailer.ts';
import { passwordMutation } from './accounts/password.ts';
import { registerMutation } from './accounts/register.ts';
import { openSigningKeys } from './accounts/signing-keys.ts';
import * as events from './auth-event.ts';
import { scheduleCleanUp } from './clean-up.ts';
import type { Services } from './context.ts';
import * as organizations from './organization.ts';
import * as permissions from './permission.ts';
import * as profiles from './profile.ts';
import * as refusals from './refusals.ts';
import * as roles from './role.ts';
import * as search from './search.ts';
import * as sessions from './session.ts';
import type { Settings } from './settings.ts';
import * as subscriptions from './subscription.ts';
import * as summaries from './summary.ts';
import * as preparedAccounts from './prepared-account.ts';
import * as activities from './user-activity.ts';
import * as projects from './user-project.ts';
import * as accountDeletion from './account-deletion.ts';
import * as tenantAccess from './tenant-access.ts';
import * as users from './user.ts';
import { walls } from './walls.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: {
    ...users.query,
    ...organizations.query,
    ...roles.query,
    ...permissions.query,
    ...subscriptions.query,
    ...sessions.query,
    ...events.query,
    ...search.query,
  },
  Mutation: {
    ...registerMutation,
    ...loginMutation,
    ...passwordMutation,
    ...emailMutation,
    ...users.mutation,
    ...preparedAccounts.mutation,
    ...tenantAccess.mutation,
    ...accountDeletion.mutation,
    ...profiles.mutation,
    ...organizations.mutation,
    ...roles.mutation,
    ...permissions.mutation,
    ...subscriptions.mutation,
    ...projects.mutation,
    ...sessions.mutation,
    ...activities.mutation,
    ...refusals.mutation,
  },
  User: {
    ...users.user,
    ...profiles.user,
    ...roles.user,
    ...permissions.user,
    ...subscriptions.user,
    ...projects.user,
    ...sessions.user,
    ...events.user,
    ...activities.user,
  },
  Organization: { ...organizations.organization, ...users.organizationUsers },
  Role: roles.role,
  RoleGrant: roles.roleGrant,
  Permission: permissions.permission,
  PermissionGrant: permissions.permissionGrant,
  SubscriptionTier: subscriptions.subscriptionTier,
  UserSubscription: subscriptions.userSubscription,
  UserProject: projects.userProject,
  Session: sessions.session,
  AuthEvent: events.authEvent,
  UserActivity: activities.userActivity,
  Tenant: summaries.tenant,
  Platform: summaries.platform,
  AuthSummary: summaries.authSummary,
};

/** The subgraph, and the public keys of the access tokens that it issues. */
export interface AuthSubgraph extends Subgraph {
  readonly jwks: () => JSONWebKeySet;
}

/** The auth domain: accounts, organizations, roles, logins. */
export async function createSubgraph(settings: Settings, log: Logger): Promise<AuthSubgraph> {
  const database = connectDatabase<Prisma.TransactionClient>({
    name: 'auth',
    url: settings.AUTH_DATABASE_URL,
    replicaUrl: settings.AUTH_DATABASE_REPLICA_URL,
    poolSize: settings.AUTH_DATABASE_POOL_SIZE,
    tables,
    prisma: (adapter) => new PrismaClient({ adapter }),
    walls,
  });
  const keys = await openSigningKeys(settings.AUTH_SIGNING_KEYS_FILE, log);
  const mailer = makeMailer(settings, log);
  const endCleanUp = scheduleCleanUp(database, settings.AUTH_CLEAN_UP_MINUTES, log);
  const services: Services = { keys, mailer, settings };
  const subgraph = defineSubgraph({
    name: 'auth',
    schemaFile,
    resolvers,
    database,
    services,
    log,
    async close() {
      await endCleanUp();
      keys.close();
      await mailer.close();
    },
  });
  return { ...subgraph, jwks: () => keys.jwks() };
}

import { newTenantId, region, uuid } from '@cdx/kit';
import { z } from 'zod';
import { defineSaga, type Scope, type Step } from './definition.ts';

/** What `provisionTenant` takes, with the rules of those who get the parts of it. */
export const provisionTenantInput = z.object({
  id: newTenantId,
  name: z.string().trim().min(1, 'must not be empty').max(255),
  environment: z.enum(['production', 'staging', 'development']),
  region: region.nullish(),
  tier: z.string().trim().min(1, 'must not be empty').max(50),
  owner: z.object({
    email: z.email('must be an e-mail address').max(255).toLowerCase(),
    name: z.string().trim().min(1, 'must not be empty').max(255),
  }),
  planId: uuid.nullish(),
});

export type ProvisionTenantInput = z.output<typeof provisionTenantInput>;

type TenantStep = Step<ProvisionTenantInput>;
type TenantScope = Scope<ProvisionTenantInput>;

const organizationId = ({ idOf }: TenantScope): string => idOf('createOrganization', 'organization');
const ownerId = ({ idOf }: TenantScope): string => idOf('prepareAccount', 'owner');
const customerId = ({ idOf }: TenantScope): string => idOf('createCustomer', 'customer');
const hasPlan = ({ planId }: ProvisionTenantInput): boolean => planId != null;

/** The slug of an organization by its tenant's id: `acme_eu` → `acme-eu`. */
const slugOf = (tenantId: string): string => tenantId.replace(/_+/g, '-').replace(/-$/, '');

const ofTenant = ({ input, keyOf }: TenantScope, step: string): Record<string, unknown> => ({
  tenantId: input.id,
  idempotencyKey: keyOf(step),
});

const access: readonly TenantStep[] = [
  {
    ...{ name: 'tenant', service: 'platform' },
    run: {
      query: `mutation ($input: CreateTenantInput!, $idempotencyKey: String) {
        createTenant(input: $input, idempotencyKey: $idempotencyKey) { id } }`,
      variables({ input: { id, name, environment, region }, keyOf }) {
        const tenant = { id, clientId: id, name, environment: environment.toUpperCase(), region };
        return { input: { ...tenant, status: 'PROVISIONING' }, idempotencyKey: keyOf('tenant') };
      },
    },
    undo: {
      isInternal: true,
      query: `mutation ($id: ID!, $idempotencyKey: String) { deleteTenant(id: $id, idempotencyKey: $idempotencyKey) }`,
      variables: ({ input: { id }, keyOf }) => ({ id, idempotencyKey: keyOf('tenant') }),
    },
  },
  {
    ...{ name: 'organization', service: 'auth' },
    run: {
      query: `mutation ($input: CreateOrganizationInput!, $idempotencyKey: String) {
        createOrganization(input: $input, idempotencyKey: $idempotencyKey) { id } }`,
      variables: ({ input: { id, name }, keyOf }) => ({
        input: { name, slug: slugOf(id), tenantId: id },
        idempotencyKey: keyOf('organization'),
      }),
    },
    undo: {
      isInternal: true,
      query: 'mutation ($id: ID!) { deleteOrganization(id: $id) }',
      variables: (scope) => ({ id: organizationId(scope) }),
    },
  },
  {
    ...{ name: 'owner', service: 'auth' },
    run: {
      isInternal: true,
      query: `mutation ($input: CreateUserInput!, $idempotencyKey: String) {
        prepareAccount(input: $input, idempotencyKey: $idempotencyKey) { id } }`,
      variables: (scope) => ({
        input: { ...scope.input.owner, role: 'ADMIN', organizationId: organizationId(scope) },
        idempotencyKey: scope.keyOf('owner'),
      }),
    },
    undo: {
      query: 'mutation ($id: ID!) { deleteUser(id: $id) }',
      variables: (scope) => ({ id: ownerId(scope) }),
    },
  },
];

const belongings: readonly TenantStep[] = [
  {
    ...{ name: 'client', service: 'clients' },
    run: {
      query: `mutation ($input: ProvisionClientInput!, $idempotencyKey: String) {
        provisionClient(input: $input, idempotencyKey: $idempotencyKey) { id } }`,
      variables(scope) {
        const { id, name, tier, owner } = scope.input;
        const client = { id, name, tenantId: id, tier, contactEmail: owner.email };
        return { input: { ...client, ownerUserId: ownerId(scope) }, idempotencyKey: scope.keyOf('client') };
      },
    },
    undo: {
      isInternal: true,
      query: `mutation ($id: ID!, $ownerUserId: ID!) { undoProvisionClient(id: $id, ownerUserId: $ownerUserId) }`,
      variables: (scope) => ({ id: scope.input.id, ownerUserId: ownerId(scope) }),
    },
  },
  {
    ...{ name: 'pipeline', service: 'crm' },
    run: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $idempotencyKey: String!) {
        createDefaultPipeline(tenantId: $tenantId, idempotencyKey: $idempotencyKey) { id } }`,
      variables: (scope) => ofTenant(scope, 'pipeline'),
    },
    undo: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $idempotencyKey: String!) {
        deleteDefaultPipeline(tenantId: $tenantId, idempotencyKey: $idempotencyKey) }`,
      variables: (scope) => ofTenant(scope, 'pipeline'),
    },
  },
  {
    ...{ name: 'contentTypes', service: 'cms' },
    run: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $idempotencyKey: String!) {
        createDefaultContentTypes(tenantId: $tenantId, idempotencyKey: $idempotencyKey) { id } }`,
      variables: (scope) => ofTenant(scope, 'contentTypes'),
    },
    undo: {
      isInternal: true,
      query: `mutation ($tenantId: ID!, $idempotencyKey: String!) {
        deleteDefaultContentTypes(tenantId: $tenantId, idempotencyKey: $idempotencyKey) }`,
      variables: (scope) => ofTenant(scope, 'contentTypes'),
    },
  },
  {
    ...{ name: 'customer', service: 'crm', isNeeded: hasPlan },
    run: {
      query: `mutation ($input: CreateCustomerInput!, $idempotencyKey: String) {
        createCustomer(input: $input, idempotencyKey: $idempotencyKey) { id } }`,
      variables: ({ input: { id, name, owner }, keyOf }) => ({
        input: { tenantId: id, email: owner.email, company: name },
        idempotencyKey: keyOf('customer'),
      }),
    },
    undo: {
      query: 'mutation ($id: ID!) { deleteCustomer(id: $id) }',
      variables: (scope) => ({ id: customerId(scope) }),
    },
  },
];

/** Invoices have numbers without gaps and links have been sent, so what begins here is not undone. */
const opening: readonly TenantStep[] = [
  {
    ...{ name: 'subscription', service: 'billing', isNeeded: hasPlan },
    run: {
      query: `mutation ($input: CreateSubscriptionInput!, $idempotencyKey: String) {
        createSubscription(input: $input, idempotencyKey: $idempotencyKey) { id } }`,
      variables: (scope) => ({
        input: { tenantId: scope.input.id, customerId: customerId(scope), planId: scope.input.planId },
        idempotencyKey: scope.keyOf('subscription'),
      }),
    },
  },
  {
    ...{ name: 'activation', service: 'platform' },
    run: {
      isInternal: true,
      query: `mutation ($id: ID!, $idempotencyKey: String!) {
        finishTenant(id: $id, idempotencyKey: $idempotencyKey) { id } }`,
      variables: ({ input: { id }, keyOf }) => ({ id, idempotencyKey: keyOf('tenant') }),
    },
  },
  {
    ...{ name: 'invitation', service: 'auth' },
    run: {
      isInternal: true,
      query: 'mutation ($id: ID!) { openAccount(id: $id) { id } }',
      variables: (scope) => ({ id: ownerId(scope) }),
    },
  },
];

/**
 * Makes a tenant with all that it needs to begin: its organization, its owner's account, its client with a schema, a
 * pipeline, content types, and with a plan the subscription to it. The owner gets a link when all is there.
 */
export const provisionTenant = defineSaga({
  kind: 'provisionTenant',
  input: provisionTenantInput,
  steps: [...access, ...belongings, ...opening],
  retain: ({ id, name, environment, region, tier, planId }) => ({
    ...{ id, name, environment, region, tier, planId },
  }),
});

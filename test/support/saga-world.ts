/** Gateways that provision tenants, and what they have made. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { startGateway, type RunningGateway } from '@cdx/gateway';
import { newId } from '@cdx/kit';
import { ask, at, logIn, superadmin, type Answer } from './ask.ts';
import { openDoors, type Decision, type DoorRequest, type Doors } from './doors.ts';
import { serveAll, testEnvironment, urlOf } from './gateways.ts';
import { rowsOf } from './sql.ts';
import { belongingsOf, everything, nothing } from './tenant-rows.ts';

/** The steps of provisioning with a plan: what is asked of whom, and what takes it back. */
export const steps = [
  { name: 'tenant', run: 'createTenant', undo: 'deleteTenant' },
  { name: 'organization', run: 'createOrganization', undo: 'deleteOrganization' },
  { name: 'owner', run: 'prepareAccount', undo: 'deleteUser' },
  { name: 'client', run: 'provisionClient', undo: 'undoProvisionClient' },
  { name: 'pipeline', run: 'createDefaultPipeline', undo: 'deleteDefaultPipeline' },
  { name: 'contentTypes', run: 'createDefaultContentTypes', undo: 'deleteDefaultContentTypes' },
  { name: 'customer', run: 'createCustomer', undo: 'deleteCustomer' },
  { name: 'subscription', run: 'createSubscription' },
  { name: 'activation', run: 'finishTenant' },
  { name: 'invitation', run: 'openAccount' },
] as const;

/** When a gateway may die: before a step's owner has the request, and before it has the answer itself. */
export const moments = ['request', 'answer'] as const;
export const undone = steps.flatMap((step) => ('undo' in step ? [step] : []));

/** The steps of archiving that change something: what is asked of whom, and what takes it back. */
export const archiveSteps = [
  { name: 'tenant', run: 'markTenantArchived', undo: 'unmarkTenantArchived' },
  { name: 'access', run: 'setTenantAccess', undo: 'setTenantAccess' },
  { name: 'clients', run: 'archiveClientsOf', undo: 'restoreClientsOf' },
  { name: 'subscriptions', run: 'endSubscriptionsOf', undo: 'keepSubscriptionsOf' },
] as const;

/** The steps of restoring that change something. */
export const restoreSteps = [
  { name: 'subscriptions', run: 'keepSubscriptionsOf', undo: 'endSubscriptionsOf' },
  { name: 'clients', run: 'restoreClientsOf', undo: 'archiveClientsOf' },
  { name: 'tenant', run: 'unmarkTenantArchived', undo: 'markTenantArchived' },
  { name: 'access', run: 'setTenantAccess', undo: 'setTenantAccess' },
] as const;

/** Subgraphs, and gateways before them whose every request can be seen. */
export interface SagaWorld {
  readonly doors: Doors;
  /** What the subgraphs were started with. */
  readonly env: NodeJS.ProcessEnv;
  /** A gateway that stays. */
  readonly survivor: RunningGateway;
  /** A superadmin's. */
  readonly token: string;
  /** The environment of another gateway, by the name that its requests have at the doors. */
  readonly environmentOf: (gateway: string) => NodeJS.ProcessEnv;
  /** What `provisionTenant` is asked with. */
  readonly inputOf: (id: string) => Record<string, unknown>;
  readonly provision: (
    gateway: Pick<RunningGateway, 'url'>,
    id: string,
    key: string,
    by?: string,
  ) => Promise<Answer>;
  readonly deleteUser: (gateway: Pick<RunningGateway, 'url'>, id: string, key: string) => Promise<Answer>;
  readonly archive: (gateway: Pick<RunningGateway, 'url'>, id: string, key: string) => Promise<Answer>;
  readonly restore: (gateway: Pick<RunningGateway, 'url'>, id: string, key: string) => Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Opens a world with a plan to subscribe to.
 * @param seconds how often its gateways look for sagas that were left; of two worlds at the same time one looks, or each
 *   would take over what the other does
 */
export async function aSagaWorld(seconds: 0 | 1): Promise<SagaWorld> {
  const env = { ...testEnvironment(), SAGAS_SECONDS: String(seconds) };
  const servers = await serveAll(env);
  const doors = await openDoors(servers);
  const auth = servers.get('auth');
  if (!auth) throw new Error('There is no auth subgraph');
  const JWKS_URL = `${urlOf(auth)}/.well-known/jwks.json`;
  const environmentOf = (gateway: string): NodeJS.ProcessEnv => ({
    ...env,
    ...{ SUBGRAPHS: doors.subgraphsFor(gateway), JWKS_URL },
  });
  const survivor = await startGateway(environmentOf('survivor'));
  const token = await logIn(survivor, superadmin);
  const planId = await aPlan(survivor, token);
  const inputOf = (id: string): Record<string, unknown> => ({
    ...{ id, name: 'Acme New', planId },
    owner: { email: `${id}@test.example`, name: 'Ann' },
  });
  return {
    ...{ doors, env, survivor, token, environmentOf, inputOf },
    provision: (gateway, id, key, by = token) =>
      ask(
        gateway,
        `mutation ($input: ProvisionTenantInput!, $key: String) {
          provisionTenant(input: $input, idempotencyKey: $key) { id state error { step message } } }`,
        { token: by, variables: { input: inputOf(id), key } },
      ),
    archive: (gateway, id, key) =>
      ask(
        gateway,
        `mutation ($id: ID!, $key: String) {
          archiveTenant(id: $id, reason: "No longer ours", idempotencyKey: $key) { id state } }`,
        { token, variables: { id, key } },
      ),
    restore: (gateway, id, key) =>
      ask(
        gateway,
        `mutation ($id: ID!, $key: String) { restoreTenant(id: $id, idempotencyKey: $key) { id state } }`,
        { token, variables: { id, key } },
      ),
    deleteUser: (gateway, id, key) =>
      ask(
        gateway,
        `mutation ($id: ID!, $key: String) {
          deleteUserEverywhere(id: $id, idempotencyKey: $key) { id state error { step message } } }`,
        { token, variables: { id, key } },
      ),
    async close() {
      await survivor.close();
      await doors.close();
      await Promise.all([...servers.values()].map((server) => server.close()));
    },
  };
}

async function aPlan(gateway: RunningGateway, token: string): Promise<string> {
  const input = { name: `Plan ${newId()}`, amount: '10.00', currency: 'EUR', interval: 'MONTH' };
  const mutation = 'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { id } }';
  return String(at(await ask(gateway, mutation, { token, variables: { input } }), 'createPlan', 'id'));
}

/** The id of a tenant that there is not yet. */
export const aTenantId = (): string => `t_${newId().replaceAll('-', '').slice(8)}`;

/** Whether a request is for a mutation. */
export const isFor = ({ query }: DoorRequest, mutation: string): boolean =>
  new RegExp(`\\b${mutation}\\(`).test(query);

/** Decides over the first request of a gateway for a mutation. */
export function once(
  gateway: string,
  mutation: string,
  decision: Decision,
): (request: DoorRequest) => Decision | undefined {
  let isOver = false;
  return (request) => {
    if (isOver || request.gateway !== gateway || !isFor(request, mutation)) return undefined;
    isOver = true;
    return decision;
  };
}

interface SagaRow {
  readonly state: string;
  readonly error: { readonly step?: string; readonly message?: string };
  readonly steps: readonly { readonly name: string; readonly state: string }[];
  readonly input: object;
}

/** The journal's row about a tenant, or about what its subject says, the newest where there are several. */
export async function sagaOf(about: string): Promise<SagaRow | undefined> {
  const [saga] = await rowsOf<SagaRow>(
    'platform',
    'select state, error, steps, input from platform.sagas where tenant_id = $1 or subject = $1 order by created_at desc limit 1',
    [about],
  );
  return saga;
}

/** Waits until a saga is neither on its way nor on its way back. */
export async function ended(about: string): Promise<SagaRow> {
  for (;;) {
    const saga = await sagaOf(about);
    if (saga && !['running', 'compensating'].includes(saga.state)) return saga;
    await sleep(100);
  }
}

/** Has the lease of a saga run out. */
export const expire = (about: string): Promise<unknown> =>
  rowsOf(
    'platform',
    "update platform.sagas set lease_until = now() where (tenant_id = $1 or subject = $1) and state in ('running', 'compensating')",
    [about],
  );

/** Waits for a saga to end, and expects all of the tenant to be there, once. */
export async function expectFinished(id: string): Promise<void> {
  expect(await ended(id)).toMatchObject({ state: 'completed', error: {} });
  expect(await belongingsOf(id)).toEqual(everything);
  const [tenant] = await rowsOf('platform', 'select status from platform.tenants where id = $1', [id]);
  expect(tenant).toEqual({ status: 'active' });
  const [owner] = await rowsOf('auth', 'select is_active as isActive, role from users where tenant_id = ?', [
    id,
  ]);
  expect(owner).toEqual({ isActive: 1, role: 'admin' });
}

/** Waits for a saga to end, and expects nothing of the tenant to be left. */
export async function expectUndone(id: string, step: string): Promise<void> {
  expect(await ended(id)).toMatchObject({ state: 'compensated', error: { step } });
  expect(await belongingsOf(id)).toEqual(nothing);
}

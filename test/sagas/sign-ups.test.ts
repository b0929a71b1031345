import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway, type RunningGateway } from '@cdx/gateway';
import { newId } from '@cdx/kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, logIn, superadmin } from '../support/ask.ts';
import type { Decision } from '../support/doors.ts';
import { aGateway, testEnvironment, topologies } from '../support/gateways.ts';
import { aSagaWorld, aTenantId, once, type SagaWorld } from '../support/saga-world.ts';
import { rowsOf } from '../support/sql.ts';

/** Signs somebody up with an organization of their own; answers the token and the tenant's id. */
async function signUp(gateway: Pick<RunningGateway, 'url'>): Promise<{ token: string; tenantId: string }> {
  const organizationName = `Sign up ${newId().slice(-12)}`;
  const input = {
    email: `${newId()}@test.example`,
    password: 'correct horse',
    name: 'Ann',
    organizationName,
  };
  const answer = await ask(
    gateway,
    'mutation ($input: RegisterInput!) { register(input: $input) { accessToken } }',
    { variables: { input } },
  );
  const token = String(at(answer, 'register', 'accessToken'));
  const me = await ask(gateway, '{ me { tenant { id } } }', { token });
  return { token, tenantId: String(at(me, 'me', 'tenant', 'id')) };
}

const tenantRows = (id: string) =>
  rowsOf<{ status: string; name: string }>(
    'platform',
    'select status::text, name from platform.tenants where id = $1',
    [id],
  );

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const late = Date.now() + 50_000;
  while (!(await isSo())) {
    if (Date.now() > late) throw new Error('It has not come to that');
    await sleep(50);
  }
}

function untilThere(id: string): Promise<void> {
  return until(async () => (await tenantRows(id)).length > 0);
}

/** Each looks for tenants that are missing, so none outlives its test. */
const gateways: Pick<RunningGateway, 'close'>[] = [];
afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.close())));

describe.each(topologies)('whoever signs up with an organization, %s,', (topology) => {
  test('has a tenant, which superadmins see and go on with', async () => {
    const gateway = await aGateway(topology, { ...testEnvironment(), SIGN_UPS_SECONDS: '1' });
    gateways.push(gateway);
    const root = await logIn(gateway, superadmin);
    const { token, tenantId } = await signUp(gateway);
    const mine = '{ myTenant { id status environment client { name } auth { totalUsers } } }';
    await untilThere(tenantId);
    const answer = await ask(gateway, mine, { token });
    expect(answer.errors).toEqual([]);
    expect(at(answer, 'myTenant')).toEqual({
      ...{ id: tenantId, status: 'PROVISIONING', environment: 'PRODUCTION', client: null },
      auth: { totalUsers: 1 },
    });
    const listed = `{ tenants(filter: { id: { eq: "${tenantId}" } }) { totalCount } }`;
    expect(at(await ask(gateway, listed, { token: root }), 'tenants')).toEqual({ totalCount: 1 });

    const goOn = `mutation {
      provisionClient(input: { id: "${tenantId}", name: "Ann’s", tenantId: "${tenantId}" }) { id }
      activateTenant(id: "${tenantId}") { id } }`;
    expect((await ask(gateway, goOn, { token: root })).errors).toEqual([]);
    expect(at(await ask(gateway, mine, { token }), 'myTenant')).toMatchObject({
      ...{ status: 'ACTIVE', client: { name: 'Ann’s' } },
    });
  }, 60_000);
});

describe('gateways that look for organizations without a tenant', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await aSagaWorld(0);
  }, 60_000);
  afterAll(() => world.close());

  async function look(name: string): Promise<void> {
    gateways.push(await startGateway({ ...world.environmentOf(name), SIGN_UPS_SECONDS: '1' }));
  }

  test.each<[string, Decision]>([
    ['does not get it', { lose: 'request', then: () => Promise.resolve() }],
    ['has done it and nobody gets the answer', { lose: 'answer', then: () => Promise.resolve() }],
    ['has no time', { refuse: 'DEADLINE_EXCEEDED' }],
  ])(
    'try again when the platform %s',
    async (_, decision) => {
      const { tenantId } = await signUp(world.survivor);
      const gateway = `looker ${newId()}`.replaceAll(' ', '-');
      const decide = once(gateway, 'createTenant', decision);
      const decided: unknown[] = [];
      world.doors.decide = (request) => {
        const found = decide(request);
        if (found) decided.push(found);
        return found;
      };
      await look(gateway);
      await until(() => decided.length > 0);
      await untilThere(tenantId);
      world.doors.decide = undefined;
      expect(await tenantRows(tenantId)).toEqual([{ status: 'provisioning', name: expect.any(String) }]);
    },
    60_000,
  );

  test('make one tenant where two look at the same time', async () => {
    const { tenantId } = await signUp(world.survivor);
    await Promise.all([look('one'), look('two')]);
    await untilThere(tenantId);
    await sleep(1_500);
    expect(await tenantRows(tenantId)).toHaveLength(1);
  }, 60_000);

  test('leave alone what a saga is making, and what one has undone', async () => {
    await look('onlooker');
    const [made, undone] = [aTenantId(), aTenantId()];
    world.doors.decide = once('survivor', 'createDefaultPipeline', { refuse: 'CONFLICT' });
    await world.provision(world.survivor, undone, newId());
    world.doors.decide = undefined;
    await world.provision(world.survivor, made, newId());
    await sleep(2_500);
    expect(await tenantRows(undone)).toEqual([]);
    expect(await tenantRows(made)).toEqual([{ status: 'active', name: 'Acme New' }]);
  }, 60_000);
});

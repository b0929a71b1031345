import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { domainFolders } from '@cdx/kit/domains';
import { ask, at, clientUser, codesOf, logIn, superadmin, tenantAdmin, type Answer } from './support/ask.ts';
import { costOf, tally } from './support/count.ts';
import { aGateway, topologies, type TestGateway } from './support/gateways.ts';

const figures = `
  auth { totalUsers activeUsers lastActivity usersByRole { role count } failedLogins24h }
  agents { instances running executions24h failureRate
    executions(period: { from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z" }) }`;

/** The screen of a superadmin: the platform as a whole, and every tenant with its figures. */
const overview = `{
  platform { tenants activeUsers agentExecutions24h openSecurityEvents services { name kind status } ${figures} }
  tenants(first: 50) { totalCount edges { node { id name environment status client { name } ${figures}
    clients { totalCount edges { node { id } } } } } } }`;

interface Figures {
  readonly auth: {
    readonly totalUsers: number;
    readonly activeUsers: number;
    readonly usersByRole: readonly { readonly count: number }[];
  };
  readonly agents: { readonly instances: number; readonly executions: number };
}
interface TenantNode extends Figures {
  readonly id: string;
  readonly clients: { readonly totalCount: number };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

describe.each(topologies)('the overview of a superadmin, %s', (topology) => {
  let gateway: TestGateway;
  let token: string;
  let answer: Answer;
  let tenants: readonly TenantNode[];

  beforeAll(async () => {
    gateway = await aGateway(topology);
    token = await logIn(gateway, superadmin);
    answer = await ask(gateway, overview, { token });
    const edges = at(answer, 'tenants', 'edges') as readonly { readonly node: TenantNode }[];
    tenants = edges.map(({ node }) => node);
  });
  afterAll(() => gateway.close());

  test('is answered from three databases, whole', () => {
    expect(answer.errors).toEqual([]);
    expect(tenants.find(({ id }) => id === 'acme')).toEqual({
      id: 'acme',
      name: 'Acme',
      environment: 'PRODUCTION',
      status: 'ACTIVE',
      client: { name: expect.any(String) },
      auth: {
        totalUsers: expect.any(Number),
        activeUsers: expect.any(Number),
        lastActivity: expect.any(String),
        usersByRole: expect.arrayContaining([{ role: 'USER', count: expect.any(Number) }]),
        failedLogins24h: expect.any(Number),
      },
      agents: {
        instances: expect.any(Number),
        running: expect.any(Number),
        executions24h: expect.any(Number),
        failureRate: expect.any(Number),
        executions: expect.any(Number),
      },
      clients: { totalCount: 2, edges: [{ node: expect.anything() }, { node: expect.anything() }] },
    });
  });

  test('has a service for every domain', () => {
    const services = at(answer, 'platform', 'services') as readonly {
      readonly name: string;
      readonly kind: string;
    }[];
    const subgraphs = services.filter(({ kind }) => kind === 'subgraph').map(({ name }) => name);
    expect(subgraphs.toSorted()).toEqual(domainFolders.map(({ name }) => name).toSorted());
  });

  test('counts for the platform what it counts for the tenants', () => {
    const platform = at(answer, 'platform') as Figures & {
      readonly activeUsers: number;
      readonly tenants: number;
    };
    expect(platform.activeUsers).toBe(platform.auth.activeUsers);
    // Who belongs to no tenant, such as the superadmin, is in the one and in no other.
    expect(platform.auth.totalUsers).toBeGreaterThan(sum(tenants.map(({ auth }) => auth.totalUsers)));
    expect(platform.agents.instances).toBeGreaterThanOrEqual(
      sum(tenants.map(({ agents }) => agents.instances)),
    );
    expect(sum(tenants.map(({ agents }) => agents.executions))).toBeGreaterThan(0);
    for (const { auth } of tenants)
      expect(sum(auth.usersByRole.map(({ count }) => count))).toBe(auth.totalUsers);
  });

  test('costs as many statements for one tenant as for all', async () => {
    const one = overview.replace('first: 50', 'first: 1');
    const ofAll = await costOf(() => ask(gateway, overview, { token }));
    const ofOne = await costOf(() => ask(gateway, one, { token }));
    const databases = ({ statements }: typeof ofAll) => tally(statements.map(({ database }) => database));
    expect(databases(ofOne)).toEqual(databases(ofAll));
    expect(tally(ofAll.fetches.map(({ subgraph }) => subgraph))).toEqual({
      platform: 1,
      auth: 1,
      clients: 1,
    });
    // Each summary for the page and for the platform, each period, each list; the rest is the audit of a superadmin's reads.
    const reads = ofAll.statements.filter(
      ({ text }) => /^[\s(]*select/i.test(text) && !/audit_|set_config/.test(text),
    );
    expect(tally(reads.map(({ database }) => database))).toEqual({ platform: 3, auth: 2, clients: 7 });
  });
});

describe('the screen of a tenant', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await aGateway('embedded');
  });
  afterAll(() => gateway.close());

  const screen = `{ myTenant { id name status client { id } ${figures} clients { totalCount } } }`;

  test.each([tenantAdmin, clientUser])('is one query of %s', async (email) => {
    const answer = await ask(gateway, screen, { token: await logIn(gateway, email) });
    expect(answer.errors).toEqual([]);
    expect(at(answer, 'myTenant')).toMatchObject({
      id: 'acme',
      name: 'Acme',
      auth: { totalUsers: expect.any(Number) },
      agents: { instances: expect.any(Number) },
      clients: { totalCount: 2 },
    });
  });

  test('has neither the settings nor the platform', async () => {
    const token = await logIn(gateway, tenantAdmin);
    const answer = await ask(
      gateway,
      '{ myTenant { id settings } tenants { totalCount } platform { tenants } }',
      {
        token,
      },
    );
    expect(answer.data).toEqual({ myTenant: { id: 'acme', settings: null }, tenants: null, platform: null });
    expect(new Set(codesOf(answer))).toEqual(new Set(['UNAUTHORIZED_FIELD_OR_TYPE']));
  });

  test('leads from a user and a client to their tenant', async () => {
    const answer = await ask(
      gateway,
      '{ me { tenant { name } } clients(first: 1) { edges { node { tenant { name } } } } }',
      {
        token: await logIn(gateway, tenantAdmin),
      },
    );
    expect(answer.data).toEqual({
      me: { tenant: { name: 'Acme' } },
      clients: { edges: [{ node: { tenant: { name: 'Acme' } } }] },
    });
  });
});

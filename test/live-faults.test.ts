import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { domains } from '@cdx/gateway';
import { makeLogger, type Identity, type Subgraph } from '@cdx/kit';
import { ask as askSubgraph } from '@cdx/kit/testing';
import { anIdentity } from '@cdx/access/testing';
import { ask, at, clientUser, logIn, superadmin } from './support/ask.ts';
import { aGateway, serveAll, testEnvironment, urlOf, type TestGateway } from './support/gateways.ts';
import { listen, type Told } from './support/listen.ts';

/** Of another tenant than those of the other tests, which run at the same time. */
const recipient = 'admin@borealis.example';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function distributed(env = testEnvironment()): Promise<TestGateway> {
  const gateway = await aGateway('distributed', env);
  closers.push(() => gateway.close());
  return gateway;
}

async function subscribe(gateway: TestGateway, query: string, token: string): Promise<Told> {
  const told = await listen(gateway, query, { token });
  closers.push(() => told.stop());
  return told;
}

/** The notifications domain as another process runs it, on the same database. */
async function anotherProcess({ env }: TestGateway): Promise<Subgraph> {
  const domain = domains.find(({ name }) => name === 'notifications');
  if (!domain) throw new Error('There is no domain notifications');
  const subgraph = await domain.create(env, makeLogger('test', 'silent'));
  closers.push(() => subgraph.close());
  return subgraph;
}

const admin = (userId: string): Identity => anIdentity({ role: 'admin', tenantId: 'borealis', userId });

async function notify(subgraph: Subgraph, userId: string, title: string): Promise<void> {
  await askSubgraph(
    subgraph,
    admin(userId),
    'mutation ($input: SendNotificationInput!) { sendNotification(input: $input) { id } }',
    { input: { userId, title, message: 'of the test' } },
  );
}

const titles = 'subscription { notificationReceived { title } }';
const titleIn = async (told: Told): Promise<unknown> =>
  at(await told.next(), 'notificationReceived', 'title');

describe('a service that goes away and comes back', () => {
  test('has told all that was committed meanwhile, and nothing twice', async () => {
    const gateway = await distributed();
    const token = await logIn(gateway, recipient);
    const me = String(at(await ask(gateway, '{ me { id } }', { token }), 'me', 'id'));
    const elsewhere = await anotherProcess(gateway);
    const told = await subscribe(gateway, titles, token);
    await notify(elsewhere, me, 'before');
    expect(await titleIn(told)).toBe('before');

    const server = gateway.servers.get('notifications');
    if (!server) throw new Error('There is no notifications service');
    const { port } = new URL(urlOf(server));
    await server.close();
    for (const title of ['one', 'two', 'three']) await notify(elsewhere, me, title);
    const again = await serveAll(gateway.env, Number(port), ['notifications']);
    closers.push(...[...again.values()].map((one) => () => one.close()));

    expect([await titleIn(told), await titleIn(told), await titleIn(told)]).toEqual(['one', 'two', 'three']);
    await notify(elsewhere, me, 'after');
    expect(await titleIn(told)).toBe('after');
    expect(told.waiting).toEqual([]);
  }, 60_000);

  test('is told of as down, and as up again', async () => {
    const gateway = await distributed({ ...testEnvironment(), SERVICE_HEALTH_SECONDS: '1' });
    const health = await subscribe(
      gateway,
      'subscription { serviceHealthChanged(services: ["templates"]) { service status } }',
      await logIn(gateway, superadmin),
    );
    const server = gateway.servers.get('templates');
    if (!server) throw new Error('There is no templates service');
    const { port } = new URL(urlOf(server));
    await server.close();
    // A slow machine makes it DEGRADED on the way.
    const told = async (): Promise<unknown> => {
      for (;;) {
        const change = at(await health.next(), 'serviceHealthChanged');
        if ((change as { readonly status: string }).status !== 'DEGRADED') return change;
      }
    };
    expect(await told()).toEqual({ service: 'templates', status: 'DOWN' });
    const again = await serveAll(gateway.env, Number(port), ['templates']);
    closers.push(...[...again.values()].map((one) => () => one.close()));
    expect(await told()).toEqual({ service: 'templates', status: 'UP' });
  }, 60_000);
});

describe('a gateway that closes', () => {
  test('ends what is listened to', async () => {
    const gateway = await aGateway('embedded');
    const told = await listen(gateway, titles, { token: await logIn(gateway, clientUser) });
    await gateway.close();
    await sleep(100);
    expect(told.isComplete).toBe(true);
  }, 60_000);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, at, clientUser, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, testEnvironment, topologies, type TestGateway } from './support/gateways.ts';
import { listen, listenByWebSocket, type Told } from './support/listen.ts';

const otherAdmin = 'admin@borealis.example';
const sendNotification = `mutation ($user: ID!, $title: String!) {
  sendNotification(input: { userId: $user, title: $title, message: "of the test" }) { id } }`;
const received = 'subscription { notificationReceived { id title user { email } tenant { id } } }';

describe.each(topologies)('what happens is told, %s', (topology) => {
  let gateway: TestGateway;
  let tokens: Record<'root' | 'admin' | 'other' | 'client' | 'user', string>;
  let clientId: string;
  const told: Told[] = [];

  beforeAll(async () => {
    gateway = await aGateway(topology, { ...testEnvironment(), SERVICE_HEALTH_SECONDS: '1' });
    const [root = '', admin = '', other = '', client = ''] = await Promise.all(
      [superadmin, tenantAdmin, otherAdmin, clientUser].map((email) => logIn(gateway, email)),
    );
    const people = at(
      await ask(gateway, '{ users { edges { node { email role } } } }', { token: admin }),
      'users',
      'edges',
    );
    const neighbour = (people as { node: { email: string; role: string } }[]).find(
      ({ node }) => !['ADMIN', 'SUPERADMIN'].includes(node.role) && node.email !== clientUser,
    );
    tokens = { root, admin, other, client, user: await logIn(gateway, String(neighbour?.node.email)) };
    clientId = String(at(await ask(gateway, '{ me { id } }', { token: client }), 'me', 'id'));
  }, 60_000);
  afterEach(() => {
    for (const one of told.splice(0)) one.stop();
  });
  afterAll(() => gateway.close());

  /** Listens as one of the callers, for as long as the test runs. */
  async function subscribe(who: keyof typeof tokens, query: string): Promise<Told> {
    const one = await listen(gateway, query, { token: tokens[who] });
    told.push(one);
    return one;
  }

  /** Sends the client a notification as the tenant's admin. */
  async function notify(title: string): Promise<string> {
    const answer = await ask(gateway, sendNotification, {
      token: tokens.admin,
      variables: { user: clientId, title },
    });
    return String(at(answer, 'sendNotification', 'id'));
  }

  test('a notification, with fields of other services, to its recipient and to nobody of another tenant', async () => {
    const listeners = [
      await subscribe('client', received),
      await subscribe('root', received),
      await subscribe('other', received),
    ];
    const id = await notify('Live');
    const value = { id, title: 'Live', user: { email: clientUser }, tenant: { id: 'acme' } };
    expect(await listeners[0]?.nextWith(id)).toEqual({ data: { notificationReceived: value } });
    expect(await listeners[1]?.nextWith(id)).toEqual({ data: { notificationReceived: value } });
    expect(JSON.stringify(listeners[2]?.waiting)).not.toContain(id);
  });

  test('a notification over a WebSocket; of one that is for somebody else not even the id', async () => {
    const mine = 'subscription { notificationReceived { id } }';
    const sender = listenByWebSocket(gateway, mine, { token: tokens.user });
    const recipient = listenByWebSocket(gateway, mine, { token: tokens.client });
    told.push(sender, recipient);
    // A WebSocket does not tell that it listens; what is sent until it does is not for it.
    const ids: string[] = [];
    const isTold = (id: string): boolean => JSON.stringify(recipient.waiting).includes(id);
    while (!ids.some(isTold)) ids.push(await notify('By socket'));
    expect(ids.filter((id) => JSON.stringify(sender.waiting).includes(id))).toEqual([]);
  });

  test('an execution of an agent, from its queue to its end', async () => {
    const [client] = at(
      await ask(gateway, '{ clients { edges { node { id agents(first: 1) { edges { node { id } } } } } } }', {
        token: tokens.admin,
      }),
      ...['clients', 'edges'],
    ) as { node: { id: string; agents: { edges: { node: { id: string } }[] } } }[];
    const [clientId, agentInstanceId] = [client?.node.id, client?.node.agents.edges[0]?.node.id];
    const changed = await subscribe(
      'admin',
      `subscription { agentExecutionChanged(clientId: "${clientId}") { id status agent { name } } }`,
    );
    const write = async (text: string, variables: Record<string, unknown>): Promise<string> => {
      const answer = await ask(gateway, text, { token: tokens.admin, variables: { clientId, ...variables } });
      return String(at(answer, 'done', 'id'));
    };
    const id = await write(
      `mutation ($clientId: ID!, $input: QueueWorkflowExecutionInput!) {
        done: queueWorkflowExecution(clientId: $clientId, input: $input) { id } }`,
      { input: { agentInstanceId, workflowName: 'live' } },
    );
    const told = async (): Promise<unknown> => at(await changed.next(), 'agentExecutionChanged');
    expect(await told()).toMatchObject({ id, status: 'QUEUED', agent: { name: expect.any(String) } });
    await write(
      'mutation ($clientId: ID!, $id: ID!) { done: startWorkflowExecution(clientId: $clientId, id: $id) { id } }',
      { id },
    );
    expect(await told()).toMatchObject({ id, status: 'RUNNING' });
  });

  test('an entry of an audit log with its actor; what is read to tell it is on record and not told', async () => {
    const entries = 'service entry { action resourceId requestId } actor { email }';
    const root = await subscribe('root', `subscription { auditLogAdded(tenantId: "acme") { ${entries} } }`);
    const all = await subscribe('root', `subscription { auditLogAdded { ${entries} } }`);
    const id = await notify('On record');
    const entry = {
      action: 'notifications.sendNotification',
      resourceId: id,
      requestId: expect.any(String),
    };
    const value = { service: 'notifications', entry, actor: { email: tenantAdmin } };
    expect(await root.nextWith(id)).toEqual({ data: { auditLogAdded: value } });
    expect(await all.nextWith(id)).toEqual({ data: { auditLogAdded: value } });
    await sleep(1_000);
    expect(JSON.stringify([root.waiting, all.waiting])).not.toContain('live:');
    const reads = at(
      await ask(
        gateway,
        '{ notificationsAuditLog(last: 1, filter: { action: { eq: "read" }, requestId: { startsWith: "live:" } }) { edges { node { actorKind } } } }',
        { token: tokens.root },
      ),
      ...['notificationsAuditLog', 'edges'],
    );
    expect(reads).toEqual([{ node: { actorKind: 'ADMIN' } }]);
  });

  test('a tenant whose figures may be others now', async () => {
    const changed = await subscribe(
      'admin',
      'subscription { tenantSummaryChanged { id notifications { unread } } }',
    );
    const told = async (): Promise<number> =>
      Number(at(await changed.next(), 'tenantSummaryChanged', 'notifications', 'unread'));
    await notify('One');
    expect(await told()).toBeGreaterThan(0);
    const query = '{ myTenant { notifications { unread } } }';
    const answer = await ask(gateway, query, { token: tokens.admin });
    const unread = Number(at(answer, 'myTenant', 'notifications', 'unread'));
    await Promise.all(['Two', 'Three', 'Four'].map(notify));
    // What comes of other changes of the tenant has the figures of its own moment.
    while ((await told()) < unread + 3);
  });
});

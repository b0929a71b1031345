import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { ask, clientUser, codesOf, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';
import { listen, listenByWebSocket, type LiveAnswer, type Told } from './support/listen.ts';

const received = 'subscription { notificationReceived { id } }';
const told: Told[] = [];
let gateway: TestGateway;
let tokens: Record<'root' | 'admin' | 'client', string>;

beforeAll(async () => {
  gateway = await aGateway('embedded', {
    ...testEnvironment(),
    SUBSCRIPTIONS_PER_CALLER: '2',
    CORS_ORIGINS: 'https://app.example',
  });
  const [root = '', admin = '', client = ''] = await Promise.all(
    [superadmin, tenantAdmin, clientUser].map((email) => logIn(gateway, email)),
  );
  tokens = { root, admin, client };
}, 60_000);
afterEach(() => {
  for (const one of told.splice(0)) one.stop();
});
afterAll(() => gateway.close());

async function firstOf(query: string, token?: string): Promise<LiveAnswer> {
  const one = await listen(gateway, query, token === undefined ? {} : { token });
  told.push(one);
  return one.next();
}

const codes = ({ errors = [] }: LiveAnswer): unknown[] => errors.map(({ extensions }) => extensions.code);

describe('a subscription is refused', () => {
  test.each([
    ['to who has not logged in', received, undefined, 'UNAUTHORIZED_FIELD_OR_TYPE'],
    [
      'without the scope',
      'subscription { auditLogAdded { service } }',
      'client',
      'UNAUTHORIZED_FIELD_OR_TYPE',
    ],
    [
      'to who is no superadmin',
      'subscription { serviceHealthChanged { service } }',
      'admin',
      'UNAUTHORIZED_FIELD_OR_TYPE',
    ],
    [
      'of another tenant',
      'subscription { notificationReceived(tenantId: "borealis") { id } }',
      'admin',
      'FORBIDDEN',
    ],
    [
      'of another tenant’s figures',
      'subscription { tenantSummaryChanged(tenantId: "borealis") { id } }',
      'admin',
      'FORBIDDEN',
    ],
    [
      'of a service that there is not',
      'subscription { auditLogAdded(services: ["nothing"]) { service } }',
      'root',
      'BAD_USER_INPUT',
    ],
    ['of a field that there is not', 'subscription { nothing }', 'root', 'BAD_USER_INPUT'],
    [
      'of two fields',
      'subscription { a: notificationReceived { id } b: notificationReceived { id } }',
      'root',
      'BAD_USER_INPUT',
    ],
  ] as const)('%s', async (_, query, who, code) => {
    expect(codes(await firstOf(query, who && tokens[who]))).toContain(code);
    expect(told[0]?.isComplete).toBe(true);
  });

  test('as a usual request', async () => {
    const answer = await ask(gateway, received, { token: tokens.client });
    expect(codesOf(answer)).toEqual(['BAD_USER_INPUT']);
    expect(answer.errors[0]?.message).toContain('text/event-stream');
  });

  test('of more than one caller may have', async () => {
    told.push(await listen(gateway, received, { token: tokens.client }));
    const second = await listen(gateway, received, { token: tokens.client });
    expect(codes(await firstOf(received, tokens.client))).toEqual(['RATE_LIMITED']);
    second.stop();
    // The place is free again, as soon as the gateway has seen the client leave.
    for (;;) {
      const next = await listen(gateway, received, { token: tokens.client });
      told.push(next);
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (!next.isComplete) break;
    }
  });

  test('with a bad token', async () => {
    await expect(listen(gateway, received, { token: 'nonsense' })).rejects.toThrow(
      /HTTP 401.*UNAUTHENTICATED/,
    );
  });
});

test('a subscription ends with its access token', async () => {
  const brief = await aGateway('embedded', { ...testEnvironment(), ACCESS_TOKEN_SECONDS: '10' });
  try {
    const token = await logIn(brief, clientUser);
    const [byEvents, bySocket] = [
      await listen(brief, received, { token }),
      listenByWebSocket(brief, received, { token }),
    ];
    expect(codes(await byEvents.nextWith('UNAUTHENTICATED'))).toEqual(['UNAUTHENTICATED']);
    expect(codes(await bySocket.nextWith('UNAUTHENTICATED'))).toEqual(['UNAUTHENTICATED']);
    bySocket.stop();
  } finally {
    await brief.close();
  }
}, 60_000);

describe('a WebSocket', () => {
  const address = (): string => `${gateway.url.replace(/^http/, 'ws')}/graphql`;

  test('answers queries and mutations too', async () => {
    const client = createClient({
      url: address(),
      connectionParams: { Authorization: `Bearer ${tokens.client}` },
    });
    const answers: unknown[] = [];
    for await (const answer of client.iterate({ query: '{ me { email } }' })) answers.push(answer);
    for await (const answer of client.iterate({ query: 'mutation { deleteLead(id: "none") }' }))
      answers.push(answer);
    await client.dispose();
    expect(answers).toMatchObject([
      { data: { me: { email: clientUser } } },
      { data: { deleteLead: null }, errors: [{ extensions: { code: 'NOT_FOUND', service: 'crm' } }] },
    ]);
  });

  test('with a bad token is closed', async () => {
    const client = createClient({
      url: address(),
      retryAttempts: 0,
      connectionParams: { authorization: 'Bearer x' },
    });
    const closed = new Promise<unknown>((resolve) => {
      client.subscribe(
        { query: '{ me { id } }' },
        { next: resolve, error: resolve, complete: () => undefined },
      );
    });
    expect(await closed).toMatchObject({ code: 4403 });
  });

  test.each([
    ['of another site', 'https://elsewhere.example', 403],
    ['of a page that may ask', 'https://app.example', 101],
    ['of a page of its own', undefined, 101],
  ])('%s', async (_, origin, status) => {
    const { hostname, port, host } = new URL(gateway.url);
    const { request: upgrade } = await import('node:http');
    const asked = upgrade({
      hostname,
      port,
      path: '/graphql',
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16).toString('base64'),
        'sec-websocket-protocol': 'graphql-transport-ws',
        origin: origin ?? `http://${host}`,
      },
    });
    asked.end();
    const [answer, socket] = (await Promise.race([once(asked, 'upgrade'), once(asked, 'response')])) as [
      { statusCode: number },
      { destroy?: () => void } | undefined,
    ];
    socket?.destroy?.();
    expect(answer.statusCode).toBe(status);
  });
});

test('only registered subscriptions are told where only registered operations are', async () => {
  const strict = await aGateway('embedded', { ...testEnvironment(), PERSISTED_OPERATIONS: 'only' });
  try {
    const { statusCode } = await request(`${strict.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: received }),
    });
    expect(statusCode).toBe(403);
    const socket = listenByWebSocket(strict, received);
    expect(await socket.next()).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    socket.stop();
  } finally {
    await strict.close();
  }
}, 60_000);

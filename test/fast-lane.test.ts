import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { warmAnswerChannel } from '@cdx/gateway';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { clientUser, logIn, superadmin, tenantAdmin } from './support/ask.ts';
import { aGatewayProcess, type GatewayProcess } from './support/gateway-process.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';
import { bearer } from './support/post.ts';
import { askTwoWays } from './support/two-ways.ts';

type Headers = Readonly<Record<string, string>>;

/** One gateway with the fast lane and one without, otherwise alike. */
type Pair = readonly [lane: TestGateway, plain: TestGateway];

let answered = 0;
const count = (): void => void (answered += 1);
beforeAll(() => {
  warmAnswerChannel.subscribe(count);
});
afterAll(() => {
  warmAnswerChannel.unsubscribe(count);
});

const started: TestGateway[] = [];

/** One after the other: the first makes the keys that the tokens of both are signed with. */
async function aPair(env: NodeJS.ProcessEnv = {}): Promise<Pair> {
  const shared = { ...testEnvironment(), ...env };
  const lane = await aGateway('embedded', shared);
  const plain = await aGateway('embedded', { ...shared, FAST_LANE: 'false' });
  started.push(lane, plain);
  return [lane, plain];
}

const closeAll = async (): Promise<void> => {
  await Promise.all(started.splice(0).map((gateway) => gateway.close()));
};

/** All that an answer is, but for its date. */
async function send({ url }: { readonly url: string }, body: object, headers: Headers = {}): Promise<object> {
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'side-by-side', ...headers },
    body: JSON.stringify(body),
    responseHeaders: 'raw',
  });
  const raw = Object.values(answer.headers).map(String);
  const fields = raw.filter((_, index) => raw[index - (index % 2)] !== 'Date');
  return {
    status: answer.statusCode,
    fields,
    bytes: Buffer.from(await answer.body.arrayBuffer()).toString('base64'),
  };
}

/** Sends the same to both until it is warm; answers how many of the last answers came by the lane. */
async function compare([lane, plain]: Pair, body: object, headers: Headers = {}, times = 2): Promise<number> {
  let before = 0;
  for (let index = 0; index < times; index += 1) {
    const [ofLane, ofPlain] = await askTwoWays(
      () => {
        before = answered;
        return send(lane, body, headers);
      },
      () => send(plain, body, headers),
    );
    expect(ofLane).toEqual(ofPlain);
  }
  return answered - before;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const byHash = (text: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(text) } },
});

const clients = `query Clients($first: Int, $withOwner: Boolean = true) { clients(first: $first) { totalCount edges { node {
  id name tier owner @include(if: $withOwner) { name email subscription { tier { name } } }
  agents(first: 10) { edges { node { name status personaTemplate { name } memories(first: 3) { edges { node { content } } } } } } } } } }`;
const audit = '{ me { email } clientsAuditLog(first: 2) { edges { node { action } } } }';

describe('queries that are known', () => {
  let pair: Pair;
  const tokens = new Map<string, string>();
  beforeAll(async () => {
    pair = await aPair({ COST_BUDGET_CLIENT: '2500' });
    for (const email of [superadmin, tenantAdmin, clientUser]) tokens.set(email, await logIn(pair[0], email));
  });
  afterAll(closeAll);

  const callers = ['nobody', superadmin, tenantAdmin, clientUser];
  const as = (caller: string): Headers => {
    const token = tokens.get(caller);
    return token === undefined ? {} : bearer(token);
  };

  const queries: readonly (readonly [what: string, body: object])[] = [
    ['of the caller', { query: '{ me { id email role organization { name } } }' }],
    ['of three databases', { query: clients, variables: { first: 5 } }],
    ['with conditions', { query: clients, variables: { first: 2, withOwner: false } }],
    ['of which a part is refused to some', { query: audit }],
    ['over the budget of some', { query: clients, variables: { first: 50 } }],
    ['with a wrong variable', { query: clients, variables: { first: 'five' } }],
    ['with a page that is too long', { query: '{ me { id } clients(first: 1000) { totalCount } }' }],
    ['of what is not there', { query: '{ client(id: "00000000-0000-7000-8000-000000000000") { name } }' }],
    ['of the schema', { query: '{ __type(name: "User") { name fields { name } } }' }],
    ['with a name', { query: 'query A { me { id } } query B { me { email } }', operationName: 'B' }],
  ];
  const cases = callers.flatMap((caller) => queries.map(([what, body]) => [what, caller, body] as const));

  test.each(cases)('%s are answered alike to %s', async (_, caller, body) => {
    // Known to both by who is refused nothing.
    await compare(pair, body, as(superadmin), 1);
    expect(await compare(pair, body, as(caller))).toBe(1);
  });

  test.each<[string, Headers]>([
    ['compressed', { 'accept-encoding': 'gzip' }],
    ['with their cost', { 'x-cdx-cost': '1' }],
    ['as the newer media type', { accept: 'application/graphql-response+json' }],
  ])('are sent alike %s', async (_, headers) => {
    const body = { query: clients, variables: { first: 20 } };
    expect(await compare(pair, body, { ...as(tenantAdmin), ...headers })).toBe(1);
  });

  test('are asked for by hash alike', async () => {
    const query = '{ me { name } }';
    expect(await compare(pair, byHash(query), as(clientUser), 1)).toBe(0);
    await compare(pair, { query, ...byHash(query) }, as(clientUser), 1);
    expect(await compare(pair, byHash(query), as(clientUser))).toBe(1);
  });

  test('refuse a bad token alike', async () => {
    const body = { query: '{ me { id } }' };
    await compare(pair, body, as(clientUser));
    expect(await compare(pair, body, bearer('forged'))).toBe(0);
  });

  test('have mutations beside them that go one way', async () => {
    const query = 'mutation { suspendClient(id: "00000000-0000-7000-8000-000000000000") { id } }';
    expect(await compare(pair, { query }, as(clientUser))).toBe(0);
  });
});

describe('where there are limits', () => {
  afterEach(closeAll);

  test('requests over the rate are refused alike, and each counts once', async () => {
    const pair = await aPair({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '4' });
    const body = { query: '{ __typename }' };
    expect(await compare(pair, body, {}, 4)).toBe(1);
    const before = answered;
    const refused = await Promise.all(pair.map((gateway) => send(gateway, body)));
    expect(refused).toEqual([
      expect.objectContaining({ status: 429 }),
      expect.objectContaining({ status: 429 }),
    ]);
    expect(answered).toBe(before);
  });

  test('a safelist lets the same operations in', async () => {
    const known = 'query Known {\n  __typename\n}';
    const file = join(await mkdtemp(join(tmpdir(), 'cdx-manifest-')), 'manifest.json');
    const operations = [{ id: hashOf(known), name: 'Known', type: 'query', body: known }];
    await writeFile(
      file,
      JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
    );
    const pair = await aPair({ PERSISTED_OPERATIONS: 'only', OPERATIONS_MANIFEST: file });
    expect(await compare(pair, { query: known })).toBe(1);
    expect(await compare(pair, byHash(known))).toBe(1);
    expect(await compare(pair, { query: 'query Unknown { __typename }' })).toBe(0);
    expect(await compare(pair, byHash('query Unknown { __typename }'))).toBe(0);
  });
});

describe('the log', () => {
  const pair: GatewayProcess[] = [];
  beforeEach(async () => {
    const env = { ...testEnvironment(), LOG_LEVEL: 'info', RATE_LIMIT_ANONYMOUS_PER_MINUTE: '5' };
    for (const FAST_LANE of ['true', 'false']) pair.push(await aGatewayProcess({ ...env, FAST_LANE }));
  });
  afterEach(() => Promise.all(pair.splice(0).map((gateway) => gateway.close())));

  /** The lines of the requests that are compared, without what differs from process to process and time to time. */
  const linesOf = (log: string): object[] =>
    log
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => ({ ...(JSON.parse(line) as object), time: 0, pid: 0, ms: 0 }))
      .filter((line) => 'requestId' in line && line.requestId === 'side-by-side');

  test('has the same lines of what is answered, refused and cut', async () => {
    const token = await logIn(pair[0] ?? { url: '' }, clientUser);
    await logIn(pair[1] ?? { url: '' }, clientUser);
    for (const gateway of pair) {
      for (let index = 0; index < 3; index += 1) {
        await send(gateway, { query: audit }, bearer(token));
        await send(gateway, { query: clients, variables: { first: 'x' } }, bearer(token));
        await send(gateway, { query: '{ __typename }' });
      }
      await send(gateway, { query: '{ __typename }' }, bearer('forged'));
      await send(gateway, { query: '{ __typename }' });
    }
    await Promise.all(pair.map((gateway) => gateway.close()));
    const [lane = [], plain = []] = pair.map((gateway) => linesOf(gateway.log()));
    // A line for each of eleven requests, and one for what is cut of three.
    expect(plain).toHaveLength(14);
    expect(lane).toEqual(plain);
  });
});

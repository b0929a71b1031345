import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'undici';
import { ask, at, codesOf, logIn, tenantAdmin } from './support/ask.ts';
import { aGateway, serveAll, testEnvironment, urlOf, type TestGateway } from './support/gateways.ts';
import { domains, startGateway } from '@cdx/gateway';

const query =
  '{ clients(first: 2) { edges { node { id owner { name } agents(first: 1) { edges { node { personaTemplate { name } } } } } } } me { email } }';
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function distributed(): Promise<TestGateway> {
  const gateway = await aGateway('distributed');
  closers.push(() => gateway.close());
  return gateway;
}

describe('a subgraph that goes down', () => {
  test('costs its own fields and nothing else', async () => {
    const gateway = await distributed();
    const token = await logIn(gateway, tenantAdmin);
    await gateway.servers.get('templates')?.close();
    const answer = await ask(gateway, query, { token });
    expect(answer.status).toBe(200);
    expect(at(answer, 'me', 'email')).toBe(tenantAdmin);
    expect(at(answer, 'clients', 'edges', 0, 'node', 'owner', 'name')).toEqual(expect.any(String));
    expect(
      at(answer, 'clients', 'edges', 0, 'node', 'agents', 'edges', 0, 'node', 'personaTemplate'),
    ).toBeNull();
    expect(new Set(codesOf(answer))).toEqual(new Set(['SUBGRAPH_UNAVAILABLE']));
    expect(answer.errors[0]).toMatchObject({ extensions: { service: 'templates' } });
    expect(answer.errors[0]?.message).not.toMatch(/127\.0\.0\.1|ECONN/);
  });

  test('is named by /ready, which stays ready', async () => {
    const gateway = await distributed();
    await gateway.servers.get('clients')?.close();
    const { statusCode, body } = await request(`${gateway.url}/ready`);
    expect(statusCode).toBe(200);
    expect(await body.json()).toEqual({
      status: 'ready',
      subgraphs: Object.fromEntries(domains.map(({ name }) => [name, name === 'clients' ? 'down' : 'up'])),
    });
  });

  test('answers again when it is up again', async () => {
    const gateway = await distributed();
    const token = await logIn(gateway, tenantAdmin);
    const templates = gateway.servers.get('templates');
    if (!templates) throw new Error('no templates subgraph');
    const { port } = new URL(urlOf(templates));
    await templates.close();
    expect(codesOf(await ask(gateway, '{ personaTemplates { totalCount } }', { token }))).toEqual([
      'SUBGRAPH_UNAVAILABLE',
    ]);
    const again = await serveAll(gateway.env, Number(port), ['templates']);
    closers.push(...[...again.values()].map((server) => () => server.close()));
    const answer = await ask(gateway, '{ personaTemplates { totalCount } }', { token });
    expect(answer.errors).toEqual([]);
  });
});

test('a gateway starts while a subgraph is down, and serves the rest', async () => {
  const env = testEnvironment();
  const others = domains.map(({ name }) => name).filter((name) => name !== 'templates');
  const servers = await serveAll(env, 0, others);
  closers.push(...[...servers.values()].map((server) => () => server.close()));
  const urls = [...servers].map(([name, server]) => `${name}=${urlOf(server)}`);
  const gateway = await startGateway({
    ...env,
    SUBGRAPHS: [...urls, 'templates=http://127.0.0.1:9'].join(','),
  });
  closers.unshift(() => gateway.close());
  const answer = await ask(gateway, query, { token: await logIn(gateway, tenantAdmin) });
  expect(at(answer, 'clients', 'edges', 0, 'node', 'owner', 'name')).toEqual(expect.any(String));
  expect(new Set(codesOf(answer))).toEqual(new Set(['SUBGRAPH_UNAVAILABLE']));
});

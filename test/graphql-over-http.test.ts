import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits, type Audit } from 'graphql-http';
import { request } from 'undici';
import { aGateway, type TestGateway } from './support/gateways.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway('embedded');
});
afterAll(() => gateway.close());

describe('GraphQL over HTTP', () => {
  const audits: readonly Audit[] = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: fetch });

  // What the specification says with MUST and SHOULD is kept; a MAY is a choice, and is shown when it is not taken.
  const binding = audits.filter(({ name }) => /^(MUST|SHOULD)/.test(name));
  test.each(binding.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s %s',
    async (_id, _name, audit) => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
    },
  );
});

describe('a request that is no GraphQL', () => {
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    request(`${gateway.url}/graphql`, { method: 'POST', headers, body });

  test.each([
    ['no JSON', '{ "query": ', 400],
    ['an empty body', '', 400],
    ['a list', '[]', 400],
    ['a number', '7', 400],
    ['no query', '{}', 400],
    ['a query that is no text', '{"query": 7}', 400],
    ['variables that are no object', '{"query": "{ me { id } }", "variables": "x"}', 400],
    ['a body over the limit', JSON.stringify({ query: `{ me { id } } #${'x'.repeat(1_100_000)}` }), 413],
  ])('with %s is refused with a code and what was expected', async (_, body, status) => {
    const answer = await post(body);
    expect(answer.statusCode).toBe(status);
    const { errors } = (await answer.body.json()) as {
      errors: { message: string; extensions: { code: string } }[];
    };
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect(errors[0]?.message).not.toMatch(/node_modules|at .*\.js|stack/i);
  });

  test('of another content type is refused', async () => {
    expect((await post('query=x', { 'content-type': 'text/plain' })).statusCode).toBeGreaterThanOrEqual(400);
  });

  test('to a path that is not there says where GraphQL is', async () => {
    const answer = await request(`${gateway.url}/nowhere`);
    expect(answer.statusCode).toBe(404);
    expect(await answer.body.text()).toContain('/graphql');
  });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anIssuer, type TestIssuer } from '@cdx/gateway/testing';
import { ask, at, codesOf } from './support/ask.ts';
import { aGateway, testEnvironment, type TestGateway } from './support/gateways.ts';

let issuer: TestIssuer;
let gateway: TestGateway;
beforeAll(async () => {
  issuer = await anIssuer();
  const issuers = [{ issuer: issuer.url, audience: 'cdx', tenants: ['acme'] }];
  gateway = await aGateway('embedded', { ...testEnvironment(), OIDC_ISSUERS: JSON.stringify(issuers) });
});
afterAll(async () => {
  await gateway.close();
  issuer.close();
});

const query = '{ clients(first: 50) { edges { node { tenantId } } } }';

test('an admin of an outside issuer sees the tenant that the issuer serves, and no other', async () => {
  const answer = await ask(gateway, query, { token: await issuer.token({ claims: { role: 'admin' } }) });
  expect(answer.errors).toEqual([]);
  const edges = at(answer, 'clients', 'edges') as readonly { readonly node: { readonly tenantId: string } }[];
  expect(new Set(edges.map(({ node }) => node.tenantId))).toEqual(new Set(['acme']));
});

test('a user of an outside issuer has no account here, and is not taken for one', async () => {
  const answer = await ask(gateway, '{ me { email } }', { token: await issuer.token() });
  expect(at(answer, 'me')).toBeNull();
});

test('a token that its issuer may not make is answered with 401', async () => {
  const token = await issuer.token({ claims: { role: 'superadmin' } });
  const answer = await ask(gateway, query, { token });
  expect([answer.status, codesOf(answer)]).toEqual([401, ['UNAUTHENTICATED']]);
});

test('while the issuer’s keys cannot be had, its tokens are answered with 503', async () => {
  const other = await anIssuer();
  other.break(true);
  const issuers = [{ issuer: other.url, audience: 'cdx', tenants: ['acme'] }];
  const waiting = await aGateway('embedded', { ...testEnvironment(), OIDC_ISSUERS: JSON.stringify(issuers) });
  const answer = await ask(waiting, query, { token: await other.token() });
  await waiting.close();
  other.close();
  expect([answer.status, codesOf(answer)]).toEqual([503, ['SUBGRAPH_UNAVAILABLE']]);
});

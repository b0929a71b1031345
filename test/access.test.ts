import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ask, at, clientUser, codesOf, logIn } from './support/ask.ts';
import { aGateway, type TestGateway } from './support/gateways.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway('embedded');
});
afterAll(() => gateway.close());

test('whoever has no token yet logs in, and learns whose account it is', async () => {
  const source = `mutation { login(email: "${clientUser}", password: "cdx-demo") {
    accessToken refreshToken expiresIn user { id email role tenantId } } }`;
  const answer = await ask(gateway, source);
  expect(answer.errors).toEqual([]);
  expect(at(answer, 'login')).toEqual({
    accessToken: expect.any(String),
    refreshToken: expect.any(String),
    expiresIn: 900,
    user: { id: expect.any(String), email: clientUser, role: 'CLIENT', tenantId: 'acme' },
  });
});

test('the account behind it is for those who have the token', async () => {
  const source = '{ me { email } }';
  const anonymous = await ask(gateway, source);
  expect(anonymous.data).toEqual({ me: null });
  expect(codesOf(anonymous)).toEqual(['UNAUTHORIZED_FIELD_OR_TYPE']);
  const answer = await ask(gateway, source, { token: await logIn(gateway, clientUser) });
  expect(answer.data).toEqual({ me: { email: clientUser } });
});

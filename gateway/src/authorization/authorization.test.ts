import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { aServer, asked, nobody, run, stopServers, type Caller } from './testing.ts';

afterAll(stopServers);
beforeEach(() => void asked.splice(0));

const unauthorized = ['UNAUTHORIZED_FIELD_OR_TYPE'];

describe('what the caller may not ask for', () => {
  const server = aServer();

  test('is null with an error at its path, and is not fetched; the rest is answered', async () => {
    const answer = await run(server, '{ mine open vault }', nobody);
    expect(answer).toMatchObject({
      data: { mine: null, open: 'yes', vault: null },
      paths: ['mine', 'vault'],
      codes: unauthorized,
    });
    expect(Object.keys(answer.data as object)).toEqual(['mine', 'open', 'vault']);
    expect(asked).toEqual(['open']);
  });

  test('is not fetched at all when nothing else is asked', async () => {
    expect(await run(server, '{ mine secret: vault }', nobody)).toMatchObject({
      data: { mine: null, secret: null },
      paths: ['mine', 'secret'],
    });
    expect(asked).toEqual([]);
  });

  test('is found behind aliases, fragments and spreads', async () => {
    const query = `query { ...A a: mine ... { b: mine } ... on Query { c: mine } open } fragment A on Query { ...B d: mine } fragment B on Query { e: mine }`;
    const { data, paths } = await run(server, query, nobody);
    expect(data).toEqual({ a: null, b: null, c: null, d: null, e: null, open: 'yes' });
    expect(paths.sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(asked).toEqual(['open']);
  });

  test('in a list is told once, with @ for its places', async () => {
    expect(await run(server, '{ customers { name email } }', {})).toMatchObject({
      data: {
        customers: [
          { name: 'Customer 1', email: null },
          { name: 'Customer 2', email: null },
        ],
      },
      paths: ['customers.@.email'],
    });
    expect(asked).toEqual(['customers']);
  });

  test('is a mutation that does not run, between others that do', async () => {
    expect(await run(server, 'mutation { a: open close b: open }', {})).toMatchObject({
      data: { a: 'opened', close: null, b: 'opened' },
      paths: ['close'],
    });
    expect(asked).toEqual(['open', 'open']);
  });

  test('is not told where a directive leaves it out anyhow', async () => {
    const query = 'query ($no: Boolean!) { open mine @include(if: $no) ... @skip(if: true) { vault } }';
    expect(await run(server, query, nobody, { no: false })).toMatchObject({
      data: { open: 'yes' },
      paths: [],
    });
    expect((await run(server, query, nobody, { no: true })).paths).toEqual(['mine']);
  });

  test('takes its non-null ancestors with it, up to the next that may be null', async () => {
    expect(await run(server, '{ strict { value secret } open }', nobody)).toMatchObject({
      data: null,
      paths: ['strict.secret'],
    });
    expect(await run(server, '{ strict { value inner { secret value } } }', nobody)).toMatchObject({
      data: { strict: { value: 1, inner: null } },
      paths: ['strict.inner.secret'],
    });
    expect(asked).not.toContain('secret');
  });

  test('does not change what is said of wrong variables', async () => {
    const query = 'query ($no: Boolean!) { mine open @include(if: $no) }';
    expect(await run(server, query, nobody, { no: 'x' })).toMatchObject({ codes: ['BAD_USER_INPUT'] });
    expect(asked).toEqual([]);
  });
});

describe('a requirement is met', () => {
  const server = aServer();

  test.each<[string, string, Caller | null, boolean]>([
    ['by logging in', 'mine', {}, true],
    ['not without', 'mine', nobody, false],
    ['by all scopes of one list', 'report { total }', { scopes: ['shop', 'report:read'] }, true],
    ['by the scope of another list', 'report { total }', { scopes: ['all'] }, true],
    ['not by some of a list', 'report { total }', { scopes: ['report:read'] }, false],
    ['not by a scope that only contains it', 'report { total }', { scopes: ['all '] }, false],
    ['by a policy that says so for this request', 'vault', { ipAddress: '10.0.0.1' }, true],
    ['not by a policy that says no', 'vault', { ipAddress: '10.0.0.2' }, false],
  ])('%s', async (_, field, caller, isMet) => {
    const { data, codes } = await run(server, `{ it: ${field} }`, caller);
    expect(data).toEqual({ it: isMet ? expect.anything() : null });
    expect(codes).toEqual(isMet ? [] : unauthorized);
  });

  test('for each caller anew, whoever asked the same before', async () => {
    for (const caller of [{}, nobody, {}, nobody]) {
      expect((await run(server, '{ mine }', caller)).data).toEqual({ mine: caller ? 'me' : null });
    }
  });
});

describe('@requires', () => {
  const server = aServer();

  test('does not fetch for a field what its caller may not see', async () => {
    expect(await run(server, '{ customers { id label } }', {})).toMatchObject({
      data: {
        customers: [
          { id: '1', label: null },
          { id: '2', label: null },
        ],
      },
    });
    expect(asked).toEqual(['customers']);
  });

  test('fetches it for who may', async () => {
    const { data, codes } = await run(server, '{ customers { label } }', { scopes: ['email'] });
    expect(data).toEqual({ customers: [{ label: '<1@shop.example>' }, { label: '<2@shop.example>' }] });
    expect(codes).toEqual([]);
  });
});

describe('on interfaces and unions', () => {
  const server = aServer();
  const goldDigger: Caller = { scopes: ['gold'] };

  test('a field of all kinds needs what each kind needs', async () => {
    expect(await run(server, '{ things { name ... on Book { pages } } }', {})).toMatchObject({
      data: { things: [{ name: null, pages: 730 }, { name: null }] },
      paths: ['things.@.name'],
    });
    expect((await run(server, '{ things { name } }', goldDigger)).data).toEqual({
      things: [{ name: 'Ulysses' }, { name: 'Bar' }],
    });
  });

  test('a fragment on a kind needs what that kind needs', async () => {
    const query = '{ anything { __typename ... on Book { name } ... on Gold { name carat } } }';
    expect(await run(server, query, {})).toMatchObject({
      data: {
        anything: [
          { __typename: 'Book', name: 'Ulysses' },
          { __typename: 'Gold', name: null, carat: null },
        ],
      },
      paths: ['anything.@.name', 'anything.@.carat'],
    });
    expect((await run(server, query, goldDigger)).codes).toEqual([]);
  });

  test('a hidden fragment is cut even where it spreads a fragment of a visible type', async () => {
    const query = '{ things { ... on Gold { ...T } } open } fragment T on Thing { name }';
    expect(await run(server, query, {})).toMatchObject({
      data: { things: null, open: 'yes' },
      paths: ['things.@.name'],
    });
    expect(asked).toEqual(['open']);
  });
});

describe('the mode', () => {
  test('reject refuses the whole operation', async () => {
    const server = aServer('reject');
    expect(await run(server, '{ open mine }', nobody)).toMatchObject({ data: null, codes: unauthorized });
    expect(asked).toEqual([]);
    expect((await run(server, '{ open }', nobody)).data).toEqual({ open: 'yes' });
  });

  test('dry-run answers everything and reports what would be refused', async () => {
    const server = aServer('dry-run');
    expect(await run(server, '{ open customers { email } }', nobody)).toMatchObject({
      data: { open: 'yes', customers: [{ email: '1@shop.example' }, { email: '2@shop.example' }] },
      codes: [],
      extensions: { unauthorizedPaths: [['customers', '@', 'email']] },
    });
  });
});

import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { anonymous, makeLogger, newId } from '@cdx/kit';
import { run } from '@cdx/kit/testing';
import { anAuthSubgraph } from '../testing.ts';
import { openSigningKeys, rotateSigningKeys, type SigningKeys } from './signing-keys.ts';

const log = makeLogger('test', 'silent');
const { subgraph, keysFile } = await anAuthSubgraph();
afterAll(() => subgraph.close());

const aKeysFile = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'cdx-keys-')), 'keys.json');

const kidsOf = (keys: Pick<SigningKeys, 'jwks'>): (string | undefined)[] =>
  keys.jwks().keys.map(({ kid }) => kid);

/** Waits until a change of the keys has been noticed. */
async function noticed(keys: Pick<SigningKeys, 'jwks'>, before: readonly unknown[]): Promise<void> {
  while (kidsOf(keys).at(-1) === before.at(-1)) await setTimeout(50);
}

async function accessToken(): Promise<string> {
  const input = `{ email: "${newId()}@test.example", password: "correct horse", name: "Ann" }`;
  const { data } = await run(subgraph, anonymous, `mutation { register(input: ${input}) { accessToken } }`);
  return (data?.register as { accessToken: string }).accessToken;
}

const verify = (token: string) =>
  jwtVerify(token, createLocalJWKSet(subgraph.jwks()), { issuer: 'cdx', audience: 'cdx' });

describe('rotating keys', () => {
  test('new tokens are signed by the new key without a restart, and old ones still verify', async () => {
    const before = kidsOf(subgraph);
    const old = await accessToken();
    // Another user of the same file that ends does not end the subgraph's watch.
    (await openSigningKeys(keysFile, log)).close();
    await rotateSigningKeys(keysFile);
    await noticed(subgraph, before);
    const next = await accessToken();
    expect(decodeProtectedHeader(old).kid).toBe(before[0]);
    expect(kidsOf(subgraph)).toEqual([before[0], decodeProtectedHeader(next).kid]);
    await Promise.all([verify(old), verify(next)]);
  });

  test('drops the keys that are older than those to keep', async () => {
    const file = await aKeysFile();
    const first = await openSigningKeys(file, log);
    const [oldest] = kidsOf(first);
    first.close();
    for (let n = 0; n < 3; n++) await rotateSigningKeys(file);
    const keys = await openSigningKeys(file, log);
    keys.close();
    expect(kidsOf(keys)).toHaveLength(3);
    expect(kidsOf(keys)).not.toContain(oldest);
  });

  test('goes on with the old keys when the file is spoilt', async () => {
    const file = await aKeysFile();
    const keys = await openSigningKeys(file, log);
    const before = kidsOf(keys);
    const content = await readFile(file, 'utf8');
    await writeFile(file, '{"keys":[]}');
    await setTimeout(2_500);
    expect(kidsOf(keys)).toEqual(before);
    await expect(rotateSigningKeys(file)).rejects.toThrow('is not a set of private Ed25519 keys');
    await writeFile(file, content);
    await rotateSigningKeys(file);
    await noticed(keys, before);
    keys.close();
  });
});

describe('the keys file', () => {
  test('is for its owner’s eyes, and no secret of it is published', async () => {
    expect((await stat(keysFile)).mode & 0o777).toBe(0o600);
    for (const key of subgraph.jwks().keys) {
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
    }
  });

  test('is made once when many start at the same time, and nothing else is left in its folder', async () => {
    const file = await aKeysFile();
    const all = await Promise.all([1, 2, 3, 4].map(() => openSigningKeys(file, log)));
    for (const keys of all) keys.close();
    expect(new Set(all.flatMap(kidsOf)).size).toBe(1);
    expect(await readdir(join(file, '..'))).toEqual(['keys.json']);
  });

  test('that holds something else is refused with a sentence', async () => {
    const file = await aKeysFile();
    await writeFile(file, JSON.stringify({ keys: [{ kty: 'RSA' }] }));
    await expect(openSigningKeys(file, log)).rejects.toThrow('is not a set of private Ed25519 keys (JWK)');
  });
});

test('a token is refused that another key signed, or that is meant for something else', async () => {
  const [ours, theirs] = await Promise.all([
    openSigningKeys(await aKeysFile(), log),
    openSigningKeys(await aKeysFile(), log),
  ]);
  const token = await ours.sign({ sub: 'a' }, 'cdx', 60);
  expect(await ours.verify(token, 'cdx')).toMatchObject({ iss: 'cdx', aud: 'cdx', sub: 'a' });
  await expect(theirs.verify(token, 'cdx')).rejects.toThrow();
  await expect(ours.verify(token, 'cdx:password-reset')).rejects.toThrow();
  await expect(ours.verify(await ours.sign({}, 'cdx', -1), 'cdx')).rejects.toThrow();
  ours.close();
  theirs.close();
});

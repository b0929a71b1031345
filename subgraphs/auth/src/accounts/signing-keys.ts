import { unwatchFile, watchFile } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Logger } from '@cdx/kit';
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
} from 'jose';
import { z } from 'zod';

const issuer = 'cdx';

/** The file's form: an Ed25519 key each, the newest last; the newest signs, all of them verify. */
const keysFile = z.object({
  keys: z
    .array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        kid: z.string().min(1),
        x: z.string(),
        d: z.string(),
      }),
    )
    .min(1),
});

/** Signs this domain's tokens and publishes the keys that verify them. */
export interface SigningKeys {
  /**
   * @param ttlSeconds how long the token is valid
   * @param issuedAt since when, in seconds since the epoch; now when not given
   */
  sign(claims: JWTPayload, audience: string, ttlSeconds: number, issuedAt?: number): Promise<string>;
  /** The claims of a token of ours. Rejects when it is forged, expired or meant for something else. */
  verify(token: string, audience: string): Promise<JWTPayload>;
  /** The public keys (RFC 7517). */
  jwks(): JSONWebKeySet;
  close(): void;
}

interface Loaded {
  readonly kid: string;
  readonly key: CryptoKey | Uint8Array;
  readonly jwks: JSONWebKeySet;
}

/** How often the file is looked at for a rotation, in milliseconds. */
const watchIntervalMs = 2_000;

/** Opens the keys of a file, which is made when there is none, and follows its changes. */
export async function openSigningKeys(file: string, log: Logger): Promise<SigningKeys> {
  await createKeysFile(file);
  let loaded = await load(file);
  const reload = (): void => {
    load(file).then(
      (next) => (loaded = next),
      (error: unknown) =>
        log.error({ error }, 'the signing keys could not be read again; the old ones go on'),
    );
  };
  watchFile(file, { interval: watchIntervalMs, persistent: false }, reload);
  return {
    sign: (claims, audience, ttlSeconds, issuedAt = Math.floor(Date.now() / 1_000)) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', kid: loaded.kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + ttlSeconds)
        .sign(loaded.key),
    async verify(token, audience) {
      const { payload } = await jwtVerify(token, createLocalJWKSet(loaded.jwks), {
        issuer,
        audience,
        algorithms: ['EdDSA'],
      });
      return payload;
    },
    jwks: () => loaded.jwks,
    close: () => unwatchFile(file, reload),
  };
}

/**
 * Adds a key that signs from now on. Older ones verify on, the last `keep` of them, so that tokens in use stay valid.
 * @param keep how many older keys stay; more than the rotations within a token's life
 */
export async function rotateSigningKeys(file: string, keep = 2): Promise<void> {
  const { keys } = await readKeys(file);
  const next = { keys: [...keys.slice(-keep), await newKey()] };
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(next), { mode: 0o600 });
  await rename(temporary, file);
}

async function load(file: string): Promise<Loaded> {
  const { keys } = await readKeys(file);
  const newest = keys.at(-1);
  if (!newest) throw new Error(`${file} contains no key`);
  const published = keys.map(({ kty, crv, kid, x }) => ({ kty, crv, kid, x, alg: 'EdDSA', use: 'sig' }));
  return { kid: newest.kid, key: await importJWK(newest, 'EdDSA'), jwks: { keys: published } };
}

async function readKeys(file: string): Promise<z.output<typeof keysFile>> {
  const result = keysFile.safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (!result.success) throw new Error(`${file} is not a set of private Ed25519 keys (JWK)`);
  return result.data;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomUUID() };
}

/** Makes the file with one key unless it exists; of several processes that try at once, one succeeds. */
async function createKeysFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify({ keys: [await newKey()] }), { mode: 0o600 });
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** Where the keys of access tokens come from: inside this process, or a URL whose keys are kept and fetched again. */
export type KeySource = { readonly local: () => JSONWebKeySet } | { readonly url: string };

/** The least time between two fetches for a key that is not known: what a forger's tokens can cause. */
const cooldownMs = 5_000;
/** How long a key that its issuer has taken back may go on verifying, in milliseconds. */
const keptMs = 300_000;
const discoveryTimeoutMs = 5_000;

/** The keys of a source, as they are when a token is verified. */
export function keysOf(source: KeySource): JWTVerifyGetKey {
  if ('url' in source) return remoteKeys(source.url);
  let published: JSONWebKeySet | undefined;
  let keys: JWTVerifyGetKey | undefined;
  return (header, token) => {
    const latest = source.local();
    if (!keys || latest !== published) {
      published = latest;
      keys = createLocalJWKSet(latest);
    }
    return keys(header, token);
  };
}

/** The keys of an issuer that says where they are; it is asked when the first token comes, and again if that fails. */
export function discoveredKeys(issuer: string): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    keys ??= discover(issuer).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return (await keys)(header, token);
  };
}

/** OpenID Connect Discovery 1.0, section 4: the document must be of the issuer that was asked for. */
async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(discoveryTimeoutMs) });
  const document: unknown = response.ok ? await response.json() : undefined;
  const read = z.object({ issuer: z.literal(issuer), jwks_uri: z.url() }).safeParse(document);
  if (!read.success) throw new Error(`${url} does not answer with the configuration of ${issuer}`);
  return remoteKeys(read.data.jwks_uri);
}

function remoteKeys(url: string): JWTVerifyGetKey {
  return createRemoteJWKSet(new URL(url), { cooldownDuration: cooldownMs, cacheMaxAge: keptMs });
}

/** For tests: an issuer of access tokens outside the product, with discovery and keys over HTTP. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from 'jose';

/** A key of an issuer. */
interface IssuerKey {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** What a test changes in a token that would be good. */
export interface TokenParts {
  readonly claims?: JWTPayload;
  readonly key?: IssuerKey;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: string;
}

/** A running issuer. */
export interface TestIssuer {
  readonly url: string;
  /** The key that signs now. */
  key(): IssuerKey;
  /** Signs with a new key from now on, and publishes it instead of the one before. */
  rotate(algorithm?: string): Promise<void>;
  /** A token for the audience `cdx`, for an hour. */
  token(parts?: TokenParts): Promise<string>;
  /** Answers 500 until it is told otherwise. */
  break(isBroken: boolean): void;
  close(): void;
}

/** Starts an issuer at a free port. */
export async function anIssuer(algorithm = 'ES256'): Promise<TestIssuer> {
  let key = await newKey(algorithm);
  let isBroken = false;
  const server = createServer((request, reply) => {
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': { issuer: url, jwks_uri: `${url}/keys` },
      '/keys': { keys: [{ ...key.jwk, kid: key.kid, alg: key.algorithm, use: 'sig' }] },
    };
    const document = isBroken ? undefined : documents[request.url ?? ''];
    reply.statusCode = document ? 200 : 500;
    reply.setHeader('content-type', 'application/json').end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    key: () => key,
    async rotate(next = algorithm) {
      key = await newKey(next);
    },
    token(parts = {}) {
      const signer = parts.key ?? key;
      return new SignJWT({ sub: 'ann', ...parts.claims })
        .setProtectedHeader({ alg: signer.algorithm, kid: signer.kid })
        .setIssuer(parts.issuer ?? url)
        .setAudience(parts.audience ?? 'cdx')
        .setIssuedAt()
        .setExpirationTime(parts.expires ?? '1 hour')
        .sign(signer.privateKey);
    },
    break(broken) {
      isBroken = broken;
    },
    close: () => void server.close(),
  };
}

async function newKey(algorithm: string): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { kid: crypto.randomUUID(), algorithm, privateKey, jwk: await exportJWK(publicKey) };
}

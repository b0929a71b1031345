import { roles } from '@cdx/kit';
import { z } from 'zod';

/** Signatures that need a private key; one made with a public key (`HS256`) or none at all cannot be configured. */
const algorithms = ['EdDSA', 'ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/** An issuer outside the product whose access tokens are taken. Nothing is granted that is not written here. */
const issuerForm = z.strictObject({
  /** As in the tokens' `iss`; `/.well-known/openid-configuration` below it says where its keys are. */
  issuer: z.url(),
  /** What must be among the tokens' `aud`. */
  audience: z.string().min(1),
  /** Where the keys are, for an issuer without discovery. */
  jwksUrl: z.url().optional(),
  algorithms: z.array(z.enum(algorithms)).min(1).default(['EdDSA', 'ES256', 'RS256']),
  /** The tenants that it may speak for, `*` for all; a token that names none is of the only one. */
  tenants: z.array(z.string().min(1)).default([]),
  /** Values of the role claim and what they stand for; `superadmin` only when it is named here. */
  roles: z
    .record(z.string(), z.enum(roles).exclude(['anonymous', 'system']))
    .default({ admin: 'admin', client: 'client', user: 'user' }),
  /** The scopes that it may grant beside those of the role. */
  scopes: z.array(z.string().min(1)).default([]),
  /** Whether `sub` is the id of one of our users; otherwise it is a name of the issuer's own. */
  subjectsAreOurs: z.boolean().default(false),
  /** The names of claims; `a.b` is `b` inside `a`. */
  claims: z
    .strictObject({
      tenant: z.string().default('tid'),
      organization: z.string().default('oid'),
      role: z.string().default('role'),
      scopes: z.string().default('scope'),
      session: z.string().default('sid'),
    })
    .prefault({}),
});

export type OidcIssuer = z.output<typeof issuerForm>;

/** The setting: a JSON list of issuers, each with its own `iss`. */
export const oidcIssuers = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be a JSON list of issuers' });
      return z.NEVER;
    }
  })
  .pipe(
    z
      .array(issuerForm)
      .refine((issuers) => new Set(issuers.map(({ issuer }) => issuer)).size === issuers.length, {
        message: 'must have each issuer once',
      }),
  )
  .default([])
  .describe(
    'Outside issuers (OpenID Connect) whose access tokens are taken, as JSON: [{"issuer": "https://login.example", "audience": "cdx", "tenants": ["acme"]}]. Also: jwksUrl, algorithms, roles, scopes, claims, subjectsAreOurs.',
  );

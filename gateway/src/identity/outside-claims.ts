import { scopesOfRole } from '@cdx/access';
import { idOf, isUuid, roles, type Identity, type Role } from '@cdx/kit';
import type { JWTPayload } from 'jose';
import type { OidcIssuer } from './oidc-settings.ts';

/** A token says what its issuer may not say. */
export class RefusedClaim extends Error {
  override readonly name = 'RefusedClaim';
}

/**
 * The identity that an outside token stands for. Its user is not one of ours unless the settings say so: an id made of
 * the issuer and the subject, which no account has, so that no issuer can speak for an account by naming its id.
 * @throws RefusedClaim when a claim says more than the settings allow, or not enough
 */
export function readOutsideClaims(settings: OidcIssuer, payload: JWTPayload): Identity {
  const { claims } = settings;
  const role = roleOf(settings, listOf(claimOf(payload, claims.role)));
  const session = textOf(claimOf(payload, claims.session));
  const granted = listOf(claimOf(payload, claims.scopes)).flatMap((text) => text.split(' '));
  return {
    userId: userOf(settings, payload.sub),
    tenantId: tenantOf(settings, textOf(claimOf(payload, claims.tenant)), role),
    organizationId: organizationOf(textOf(claimOf(payload, claims.organization))),
    role,
    scopes: [...scopesOfRole(role), ...granted.filter((scope) => settings.scopes.includes(scope))],
    sessionId: session === null ? null : idOf('session', settings.issuer, session),
  };
}

function userOf({ issuer, subjectsAreOurs }: OidcIssuer, subject: string | undefined): string {
  if (typeof subject !== 'string' || subject === '') throw new RefusedClaim('sub is missing');
  if (!subjectsAreOurs) return idOf('user', issuer, subject);
  if (!isUuid(subject)) throw new RefusedClaim('sub is no user id');
  return subject;
}

/** The highest of the roles that the token's values stand for; a token without any value is of a user. */
function roleOf(settings: OidcIssuer, values: readonly string[]): Role {
  if (values.length === 0) return 'user';
  const known = new Map(Object.entries(settings.roles));
  const named = new Set<Role | undefined>(values.map((value) => known.get(value)));
  const highest = roles.find((role) => named.has(role));
  if (!highest) throw new RefusedClaim('none of the roles is known');
  return highest;
}

/** Only a superadmin stands above tenants. */
function tenantOf({ tenants }: OidcIssuer, tenant: string | null, role: Role): string | null {
  if (tenant === null) {
    const [only, ...others] = tenants;
    if (only !== undefined && only !== '*' && others.length === 0) return only;
    if (role === 'superadmin') return null;
    throw new RefusedClaim('the tenant is missing');
  }
  if (tenants.includes('*') || tenants.includes(tenant)) return tenant;
  throw new RefusedClaim('the tenant is not one that the issuer may speak for');
}

function organizationOf(organization: string | null): string | null {
  if (organization !== null && !isUuid(organization)) throw new RefusedClaim('the organization is no UUID');
  return organization;
}

/** A claim by its name, which may itself contain dots as URLs do, or by a path of names. */
function claimOf(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name];
  return name
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? Reflect.get(value, key)
          : undefined,
      payload,
    );
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string') throw new RefusedClaim('a claim that must be a text is none');
  return value;
}

function listOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map(textOf).filter((text) => text !== null);
}

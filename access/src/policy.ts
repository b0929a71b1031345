import { accountRoles, type AccountRole, type DomainAccess, type SpecialScope } from './matrix-types.ts';
import { auditLog, domainAccess, sharedTypes } from './matrix.ts';

/** What a coordinate asks of its caller: nothing, a login, one scope, or to be the product itself. */
export type Policy = 'public' | 'authenticated' | 'internal' | { readonly scope: string };

/** Whether a caller may use a coordinate: of everything, of what is their own, or not at all. */
export type Permitted = 'yes' | 'own' | 'no';

/** A scope as the product knows it. */
export interface Scope {
  readonly name: string;
  readonly domain: string;
  readonly description: string;
  readonly roles: readonly AccountRole[];
}

/** Every scope that there is: reading and writing for each domain, then the special ones. */
export const scopes: readonly Scope[] = [
  ...Object.entries(domainAccess).flatMap(([domain, access]) => [
    {
      name: `${domain}:read`,
      domain,
      description: `Read ${access.holds}`,
      roles: accountRoles.filter((role) => access.rights[role] !== '-'),
    },
    {
      name: `${domain}:write`,
      domain,
      description: `Change ${access.holds}`,
      roles: accountRoles.filter((role) => access.rights[role].startsWith('rw')),
    },
  ]),
  ...Object.entries(domainAccess).flatMap(([domain, access]) =>
    specialScopes(access).map(([name, { description, roles }]) => ({ name, domain, description, roles })),
  ),
];

const byName = new Map(scopes.map((scope) => [scope.name, scope]));

/** Whether the matrix knows a scope. */
export function isScope(name: string): boolean {
  return byName.has(name);
}

/** The scopes that a role brings; none for what is no account's role. */
export function scopesOfRole(role: string): readonly string[] {
  return scopes.filter(({ roles }) => roles.some((known) => known === role)).map(({ name }) => name);
}

/** The domain whose entity a type is, when other domains may refer to it. */
export function ownerOfEntity(type: string): string | undefined {
  return Object.entries(domainAccess).find(([, { entities = [] }]) => entities.includes(type))?.[0];
}

/**
 * The policy that a coordinate of a domain must carry.
 * @param coordinate a type (`Client`), a root field (`Query.clients`), or a field that the domain adds to another
 *   domain's entity (`User.clients`)
 */
export function policyOf(domain: string, coordinate: string): Policy {
  const access = domainAccess[domain];
  if (!access) throw new TypeError(`The access matrix has no domain ${domain}`);
  if (sharedTypes.includes(coordinate)) return 'public';
  if (isOfAuditLog(domain, coordinate)) return { scope: auditLog.scope };
  const exception = access.exceptions?.find(({ coordinates }) => coordinates.includes(coordinate));
  if (exception) return exception.policy === 'read' ? { scope: `${domain}:read` } : exception.policy;
  const special = specialScopes(access).find(([, { fields }]) => fields.includes(coordinate));
  if (special) return { scope: special[0] };
  return { scope: `${domain}:${coordinate.startsWith('Mutation.') ? 'write' : 'read'}` };
}

/** A policy as the directive that says it in a schema; nothing for what is public. */
export function directiveOf(policy: Policy): string {
  if (policy === 'public') return '';
  if (policy === 'internal') return '@inaccessible';
  return policy === 'authenticated' ? '@authenticated' : `@requiresScopes(scopes: [["${policy.scope}"]])`;
}

/** What a built-in role, or somebody without a token, may do with a coordinate of a domain. */
export function permitted(role: AccountRole | 'anonymous', domain: string, coordinate: string): Permitted {
  if (isBehindType(role, domain, coordinate)) return 'no';
  const policy = policyOf(domain, coordinate);
  if (policy === 'public') return 'yes';
  if (role === 'anonymous' || policy === 'internal') return 'no';
  if (policy === 'authenticated') return role === 'superadmin' ? 'yes' : 'own';
  if (!byName.get(policy.scope)?.roles.includes(role)) return 'no';
  if (role === 'superadmin') return 'yes';
  if (superadminReason(domain, coordinate) !== undefined) return 'no';
  return domainAccess[domain]?.rights[role].endsWith('own') ? 'own' : 'yes';
}

/** Whether the type of a field is out of the role's reach itself: `Platform` of `Platform.crm`. */
function isBehindType(role: AccountRole | 'anonymous', domain: string, coordinate: string): boolean {
  const [type = '', field] = coordinate.split('.');
  if (field === undefined || ['Query', 'Mutation', 'Subscription'].includes(type)) return false;
  return permitted(role, ownerOfEntity(type) ?? domain, type) === 'no';
}

/** Why the subgraph asks for the role superadmin beside the scope; undefined where it does not. */
export function superadminReason(domain: string, coordinate: string): string | undefined {
  return domainAccess[domain]?.superadminOnly?.find(({ fields }) => fields.includes(coordinate))?.reason;
}

function isOfAuditLog(domain: string, coordinate: string): boolean {
  return (
    coordinate === `Query.${domain}AuditLog` || auditLog.coordinates.some((known) => known === coordinate)
  );
}

function specialScopes({ specialScopes: special = {} }: DomainAccess): [string, SpecialScope][] {
  return Object.entries(special);
}

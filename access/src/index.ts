export { accountRoles, type DomainAccess, type Right } from './matrix-types.ts';
export { domainAccess, serviceAccess, sharedTypes } from './matrix.ts';
export {
  directiveOf,
  isScope,
  ownerOfEntity,
  permitted,
  policyOf,
  scopes,
  scopesOfRole,
  superadminReason,
  type Policy,
} from './policy.ts';

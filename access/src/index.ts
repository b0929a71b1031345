export {
  accountRoles,
  domainAccess,
  serviceAccess,
  sharedTypes,
  type DomainAccess,
  type Right,
} from './matrix.ts';
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

export { accountRoles, domainAccess, serviceAccess, type AccountRole } from './matrix.ts';
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

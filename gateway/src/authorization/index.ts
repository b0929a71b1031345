export { acceptPolicies } from './accept-policies.ts';
export {
  authorizationModes,
  authorizeGateway,
  type AuthorizationMode,
  type AuthorizationOptions,
} from './authorize-gateway.ts';
export { policies } from './policies.ts';
export type { Policies, Policy } from './rights.ts';

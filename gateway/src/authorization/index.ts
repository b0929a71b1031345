export {
  authorizationModes,
  authorizeGateway,
  introspectionModes,
  type AuthorizationMode,
} from './authorize-gateway.ts';
export { policies } from './policies.ts';
export { RefusalLog } from './refusal-log.ts';
export type { Policy } from './rights.ts';

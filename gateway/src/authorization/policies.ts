import type { Policies, Policy } from './rights.ts';

/** The policies that `@policy` may name in this product's SDL. One is added here, and nowhere else. */
export const policies: Policies = new Map<string, Policy>([
  ['superadmin', ({ identity }) => identity.role === 'superadmin'],
]);

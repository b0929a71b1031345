/** What a caller may be. `anonymous` has no token; `system` is the product acting for itself. */
export const roles = ['superadmin', 'admin', 'client', 'user', 'anonymous', 'system'] as const;

export type Role = (typeof roles)[number];

/** Who asks. Made by the gateway from the access token, and by nothing else. */
export interface Identity {
  readonly userId: string | null;
  readonly tenantId: string | null;
  readonly organizationId: string | null;
  readonly role: Role;
  readonly scopes: readonly string[];
  /** The login that the access token belongs to; null for anonymous and system. */
  readonly sessionId: string | null;
}

/** A caller without a token. */
export const anonymous: Identity = {
  userId: null,
  tenantId: null,
  organizationId: null,
  role: 'anonymous',
  scopes: [],
  sessionId: null,
};

/** The product acting for itself: scheduled work, sagas, log-in before there is a caller. */
export const system: Identity = { ...anonymous, role: 'system' };

/** What the mutations `login` and `refreshToken` answer with. */
export type AuthPayload = {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
  user: { id: string; role: string };
};

export type Tokens = {
  email: string;
  userId: string;
  role: string;
  accessToken: string;
  refreshToken: string;
  /** When to refresh, in this browser's own clock: a little before the access token expires. */
  refreshAt: number;
};

const storageKey = 'cdx.playground.session';

/** Refreshing half a minute early covers slow requests; short-lived tokens keep most of their life. */
export function toTokens(email: string, payload: AuthPayload, now: number): Tokens {
  const lifetime = payload.expiresIn * 1000;
  return {
    email,
    userId: payload.user.id,
    role: payload.user.role,
    accessToken: payload.accessToken,
    refreshToken: payload.refreshToken,
    refreshAt: now + lifetime - Math.min(30_000, lifetime / 5),
  };
}

/**
 * The tokens live in sessionStorage: they survive a reload, and are gone with the tab. Local storage would hand a
 * superadmin's token to whoever opens the browser next.
 */
export function loadTokens(): Tokens | null {
  try {
    const stored = JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') as Partial<Tokens> | null;
    return stored?.accessToken && stored.refreshToken ? (stored as Tokens) : null;
  } catch {
    return null;
  }
}

export function saveTokens(tokens: Tokens | null): void {
  if (tokens) sessionStorage.setItem(storageKey, JSON.stringify(tokens));
  else sessionStorage.removeItem(storageKey);
}

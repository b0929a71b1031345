/** What the gateway's `/session` answers with; the refresh token is in a cookie that no script can read. */
export type SessionAnswer = {
  accessToken: string;
  expiresIn: number;
  user: { id: string; email: string; role: string };
};

/** Who is logged in, and the token that says so. It is never stored: a reload asks for a new one. */
export type Tokens = {
  email: string;
  userId: string;
  role: string;
  accessToken: string;
  /** When to refresh, in this browser's own clock: a little before the access token expires. */
  refreshAt: number;
};

/** Refreshing half a minute early covers slow requests; short-lived tokens keep most of their life. */
export function toTokens({ accessToken, expiresIn, user }: SessionAnswer, now: number): Tokens {
  const lifetime = expiresIn * 1000;
  return {
    email: user.email,
    userId: user.id,
    role: user.role,
    accessToken,
    refreshAt: now + lifetime - Math.min(30_000, lifetime / 5),
  };
}

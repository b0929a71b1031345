import { randomBytes } from 'node:crypto';
import { newId, selectColumns, unauthenticated, unconfined, uuidToBytes } from '@cdx/kit';
import { AuthToken as table, type AuthTokenRow } from '@cdx/prisma-auth/tables';
import sql from 'sql-template-tag';
import type { Context, Transaction } from '../context.ts';
import { recordEvent, tokenHash } from './events.ts';

/** A refresh token that has just been made, and the login it belongs to. */
export interface IssuedToken {
  readonly token: string;
  readonly sessionId: string;
}

const dayMs = 86_400_000;

function newToken(context: Context): { token: string; hash: string; expiresAt: Date } {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(Date.now() + context.services.settings.REFRESH_TOKEN_DAYS * dayMs);
  return { token, hash: tokenHash(token), expiresAt };
}

const origin = ({
  ipAddress,
  userAgent,
}: Context): { ipAddress: string | null; userAgent: string | null } => ({
  ipAddress,
  userAgent: userAgent?.slice(0, 512) ?? null,
});

/** Begins a login: a session, and the first token of its family, which has the session's id. */
export async function openSession(context: Context, tx: Transaction, userId: string): Promise<IssuedToken> {
  const sessionId = newId();
  const { token, hash, expiresAt } = newToken(context);
  const user = { userId: uuidToBytes(userId), expiresAt, tokenHash: hash, ...origin(context) };
  await tx.session.createMany({ data: { id: uuidToBytes(sessionId), ...user } });
  await tx.authToken.createMany({
    data: { id: uuidToBytes(newId()), familyId: uuidToBytes(sessionId), ...user },
  });
  return { token, sessionId };
}

/** The stored row of a refresh token. */
export function findToken({ db }: Context, token: string): Promise<AuthTokenRow | undefined> {
  return db.one<AuthTokenRow>(
    unconfined(
      'whoever has the token is who it was given to',
      sql`select ${selectColumns('mysql', table)} from auth_tokens t where t.token_hash = ${tokenHash(token)}`,
    ),
  );
}

/**
 * Exchanges a token for the next of its family.
 * @throws UNAUTHENTICATED when the token was used before (its whole family ends), has expired, or the login has ended
 */
export async function rotateToken(context: Context, stored: AuthTokenRow): Promise<IssuedToken> {
  const { db } = context;
  const sessionId = stored.familyId;
  const { token, hash, expiresAt } = newToken(context);
  const id = uuidToBytes(newId());
  const rotated =
    stored.revokedAt === null &&
    stored.expiresAt > new Date() &&
    (await db.write(async (tx) => {
      // Of two uses at once one finds the token unrevoked; the other is a reuse.
      const { count } = await tx.authToken.updateMany({
        where: { id: uuidToBytes(stored.id), revokedAt: null },
        data: { revokedAt: new Date(), replacedBy: id },
      });
      if (count === 0) return false;
      const { count: open } = await tx.session.updateMany({
        where: { id: uuidToBytes(sessionId), isActive: true, expiresAt: { gt: new Date() } },
        data: { tokenHash: hash, expiresAt },
      });
      if (open === 0) return false;
      const userId = uuidToBytes(stored.userId);
      await tx.user.updateMany({ where: { id: userId }, data: { lastActivity: new Date() } });
      await tx.authToken.createMany({
        data: {
          id,
          userId,
          familyId: uuidToBytes(sessionId),
          tokenHash: hash,
          expiresAt,
          ...origin(context),
        },
      });
      await recordEvent(tx, context, {
        eventType: 'token_refresh',
        userId: stored.userId,
        metadata: { sessionId },
      });
      return true;
    }));
  if (rotated) return { token, sessionId };
  await endFamily(context, stored);
  throw unauthenticated('This refresh token is no longer valid; log in again');
}

/** A token that was rotated before comes from a copy: everything that follows from it ends. */
async function endFamily({ db, ...request }: Context, stored: AuthTokenRow): Promise<void> {
  const reused = stored.replacedBy !== null || stored.revokedAt === null;
  if (stored.expiresAt <= new Date() || !reused) return;
  await db.write(async (tx) => {
    await endSessions(tx, { id: uuidToBytes(stored.familyId) });
    const metadata = { sessionId: stored.familyId };
    await recordEvent(tx, request, { eventType: 'token_reuse', userId: stored.userId, metadata });
  });
}

interface SessionCondition {
  readonly id?: Uint8Array<ArrayBuffer> | { readonly not: Uint8Array<ArrayBuffer> };
  readonly userId?: Uint8Array<ArrayBuffer>;
  /** All of a tenant. */
  readonly user?: { readonly tenantId: string };
}

/**
 * Ends logins and revokes the refresh tokens of them.
 * @returns how many logins were still active
 */
export async function endSessions(tx: Transaction, where: SessionCondition): Promise<number> {
  const { id, ...user } = where;
  const { count } = await tx.session.updateMany({
    where: { ...where, isActive: true },
    data: { isActive: false },
  });
  await tx.authToken.updateMany({
    where: { ...user, ...(id ? { familyId: id } : {}), revokedAt: null },
    data: { revokedAt: new Date() },
  });
  return count;
}

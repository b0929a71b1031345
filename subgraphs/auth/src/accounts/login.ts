import { parseInput, requireUser, unauthenticated, uuidToBytes } from '@cdx/kit';
import type { UserRow } from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import type { Context, Transaction } from '../context.ts';
import { issueAccessToken, type AccessToken } from './access-token.ts';
import { findAccount, isOpen } from './account.ts';
import { emailHash, recordEvent } from './events.ts';
import { checkLockOut, oneAtATime } from './lock-out.ts';
import { demoPassword } from '../demo-logins.ts';
import { isPassword } from './passwords.ts';
import { endSessions, findToken, openSession, rotateToken } from './refresh-token.ts';

/** What a login gives its caller. */
export interface Login extends AccessToken {
  readonly refreshToken: string;
  readonly user: UserRow;
}

/** An address as accounts keep it. */
export const emailInput = z.email('must be an e-mail address').max(255).toLowerCase();

const credentials = z.object({
  email: z.string().max(255, 'must have at most 255 characters').trim().toLowerCase(),
  password: z.string().max(200, 'must have at most 200 characters'),
});

export const loginMutation: MutationResolvers = {
  login(_, args, context) {
    const { email, password } = parseInput(credentials, args, 'login');
    const hash = emailHash(email);
    return oneAtATime(hash, async () => {
      await checkLockOut(context, hash);
      const user = await findAccount(context, { email });
      const allowed = password !== demoPassword || context.services.settings.CDX_DEMO;
      const matches = await isPassword(password, user?.passwordHash);
      if (!user || !isOpen(user) || !matches || !allowed) {
        const event = {
          eventType: 'failed_login',
          userId: user?.id ?? null,
          metadata: { emailHash: hash },
        } as const;
        await context.db.write((tx) => recordEvent(tx, context, event));
        throw unauthenticated('The e-mail address or the password is wrong');
      }
      return beginLogin(context, user);
    });
  },

  async refreshToken(_, { refreshToken }, context) {
    const stored = await findToken(context, refreshToken);
    if (!stored) throw unauthenticated('This refresh token is no longer valid; log in again');
    const user = await findAccount(context, { id: stored.userId });
    if (!user || !isOpen(user)) throw unauthenticated('This account is closed');
    const { token, sessionId } = await rotateToken(context, stored);
    return payload(context, user, token, sessionId);
  },

  async logout(_, { refreshToken }, context) {
    const stored = await findToken(context, refreshToken);
    if (!stored) return false;
    const { familyId, userId } = stored;
    return context.db.write(async (tx) => {
      const ended = await endSessions(tx, { id: uuidToBytes(familyId) });
      if (ended > 0)
        await recordEvent(tx, context, { eventType: 'logout', userId, metadata: { sessionId: familyId } });
      return ended > 0;
    });
  },

  async logoutEverywhere(_, __, context) {
    const { userId } = requireUser(context);
    return context.db.write(async (tx) => {
      const ended = await endSessions(tx, { userId: uuidToBytes(userId) });
      await recordEvent(tx, context, { eventType: 'logout', userId, metadata: { everywhere: true, ended } });
      return ended;
    });
  },
};

/**
 * Logs a user in whose identity has been proven.
 * @param prepare what else is written in the same transaction, first
 */
export async function beginLogin(
  context: Context,
  user: UserRow,
  prepare: (tx: Transaction) => Promise<void> = () => Promise.resolve(),
): Promise<Login> {
  const { token, sessionId } = await context.db.write(async (tx) => {
    await prepare(tx);
    const now = new Date();
    const id = uuidToBytes(user.id);
    await tx.user.updateMany({ where: { id }, data: { lastLogin: now, lastActivity: now } });
    const metadata = { emailHash: emailHash(user.email) };
    await recordEvent(tx, context, { eventType: 'login', userId: user.id, metadata });
    return openSession(context, tx, user.id);
  });
  return payload(context, user, token, sessionId);
}

async function payload(
  context: Context,
  user: UserRow,
  refreshToken: string,
  sessionId: string,
): Promise<Login> {
  return { ...(await issueAccessToken(context, user, sessionId)), refreshToken, user };
}

import { createHash } from 'node:crypto';
import { badInput, newId, parseInput, requireUser, uuidToBytes } from '@cdx/kit';
import type { UserRow } from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import type { Context } from '../context.ts';
import { findAccount } from './account.ts';
import { emailHash, recordEvent } from './events.ts';
import { checkLockOut, oneAtATime } from './lock-out.ts';
import { hashPassword, isPassword, passwordInput } from './passwords.ts';
import { endSessions } from './refresh-token.ts';

const resetAudience = 'cdx:password-reset';

const changeInput = z.object({ currentPassword: z.string().max(200), newPassword: passwordInput });
const resetInput = z.object({ token: z.string().max(2_000), newPassword: passwordInput });

export const passwordMutation: MutationResolvers = {
  async changePassword(_, args, context) {
    const { userId, sessionId } = requireUser(context);
    const { currentPassword, newPassword } = parseInput(changeInput, args, 'changePassword');
    const user = await findAccount(context, { id: userId });
    const hash = emailHash(user?.email ?? '');
    await oneAtATime(hash, async () => {
      await checkLockOut(context, hash);
      if (await isPassword(currentPassword, user?.passwordHash)) return;
      const event = { eventType: 'failed_login', userId, metadata: { emailHash: hash } } as const;
      await context.db.write((tx) => recordEvent(tx, context, event));
      throw badInput('currentPassword', 'the password that is in use');
    });
    const passwordHash = await hashPassword(newPassword);
    await context.db.write(async (tx) => {
      await tx.user.updateMany({ where: { id: uuidToBytes(userId) }, data: { passwordHash } });
      const others = sessionId === null ? {} : { id: { not: uuidToBytes(sessionId) } };
      await endSessions(tx, { ...others, userId: uuidToBytes(userId) });
      await recordEvent(tx, context, { eventType: 'password_change', userId });
    });
    return true;
  },

  async requestPasswordReset(_, { email }, context) {
    const user = await findAccount(context, { email: email.trim().toLowerCase().slice(0, 255) });
    if (user?.isActive) {
      await sendPasswordLink(
        context,
        user,
        'Set a new password',
        'Somebody asked for a new password for your account.',
      );
    } else {
      // As much work as for an account: a signature, thrown away.
      await resetToken(context, { id: newId(), email, passwordHash: '' });
    }
    return true;
  },

  async resetPassword(_, args, context) {
    const { token, newPassword } = parseInput(resetInput, args, 'resetPassword');
    const user = await accountOfToken(context, token);
    const passwordHash = await hashPassword(newPassword);
    const id = uuidToBytes(user.id);
    await context.db.write(async (tx) => {
      // The old hash in the condition lets a token be used once, also when two requests bring it at the same time.
      const { count } = await tx.user.updateMany({
        where: { id, passwordHash: user.passwordHash },
        data: { passwordHash, emailVerified: true },
      });
      if (count === 0) throw invalidToken();
      await endSessions(tx, { userId: id });
      const metadata = { emailHash: emailHash(user.email) };
      await recordEvent(tx, context, { eventType: 'password_reset', userId: user.id, metadata });
    });
    return true;
  },
};

/** Sends the owner of an account a link to set the password. */
export async function sendPasswordLink(
  context: Context,
  user: UserRow,
  subject: string,
  reason: string,
): Promise<void> {
  const { mailer, settings } = context.services;
  const link = new URL('/reset-password', settings.MAIL_LINK_BASE_URL);
  link.searchParams.set('token', await resetToken(context, user));
  mailer.post({
    to: user.email,
    subject,
    text: `Hello ${user.name},\n\n${reason} Set it here within ${settings.PASSWORD_RESET_MINUTES} minutes:\n\n${link.href}\n\nIf you did not expect this mail, you need not do anything.\n`,
  });
}

function resetToken(
  { services }: Context,
  user: Pick<UserRow, 'id' | 'email' | 'passwordHash'>,
): Promise<string> {
  const { keys, settings } = services;
  const claims = { sub: user.id, fingerprint: fingerprint(user) };
  return keys.sign(claims, resetAudience, settings.PASSWORD_RESET_MINUTES * 60);
}

/**
 * Changes with the password, so that a link dies with its use and nothing about it is stored; and with the address, so
 * that a link to an old one does not open the account.
 */
function fingerprint({ email, passwordHash }: Pick<UserRow, 'email' | 'passwordHash'>): string {
  return createHash('sha256').update(`${email}\n${passwordHash}`).digest('base64url').slice(0, 22);
}

async function accountOfToken(context: Context, token: string): Promise<UserRow> {
  const claims = await context.services.keys.verify(token, resetAudience).catch(() => undefined);
  const user = claims?.sub === undefined ? undefined : await findAccount(context, { id: claims.sub });
  if (!user?.isActive || claims?.fingerprint !== fingerprint(user)) throw invalidToken();
  return user;
}

const invalidToken = (): Error => badInput('token', 'the token of a link that is neither used nor expired');

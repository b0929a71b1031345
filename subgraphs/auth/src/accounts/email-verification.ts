import { badInput, requireUser, uuidToBytes } from '@cdx/kit';
import type { UserRow } from '@cdx/prisma-auth/tables';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import type { Context } from '../context.ts';
import { findAccount } from './account.ts';
import { recordEvent } from './events.ts';

const verificationAudience = 'cdx:email-verification';
const validDays = 3;

export const emailMutation: MutationResolvers = {
  async requestEmailVerification(_, __, context) {
    const user = await findAccount(context, { id: requireUser(context).userId });
    if (!user || user.emailVerified) return false;
    await sendVerification(context, user);
    return true;
  },

  async verifyEmail(_, { token }, context) {
    const claims = await context.services.keys.verify(token, verificationAudience).catch(() => undefined);
    const user = claims?.sub === undefined ? undefined : await findAccount(context, { id: claims.sub });
    // The address is in the token: a link to an old address does not verify a new one.
    if (!user || claims?.email !== user.email) {
      throw badInput('token', 'the token of a link to the address of the account that has not expired');
    }
    await context.db.write(async (tx) => {
      const { count } = await tx.user.updateMany({
        where: { id: uuidToBytes(user.id), emailVerified: false },
        data: { emailVerified: true },
      });
      if (count > 0) await recordEvent(tx, context, { eventType: 'email_verified', userId: user.id });
    });
    return { ...user, emailVerified: true };
  },
};

/** Sends an account's owner a link that proves the address. */
export async function sendVerification({ services }: Context, user: UserRow): Promise<void> {
  const { keys, mailer, settings } = services;
  const claims = { sub: user.id, email: user.email };
  const link = new URL('/verify-email', settings.MAIL_LINK_BASE_URL);
  link.searchParams.set('token', await keys.sign(claims, verificationAudience, validDays * 86_400));
  mailer.post({
    to: user.email,
    subject: 'Confirm your e-mail address',
    text: `Hello ${user.name},\n\nplease confirm that this is your address, within ${validDays} days:\n\n${link.href}\n`,
  });
}

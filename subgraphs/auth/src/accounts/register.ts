import { conflict, newId, parseInput, uuidToBytes } from '@cdx/kit';
import type { UserRow } from '@cdx/prisma-auth/tables';
import { z } from 'zod';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { slugOf, tenantIdOf } from '../organization-names.ts';
import type { Context } from '../context.ts';
import { findAccount, insertAccount, type NewAccount } from './account.ts';
import { sendVerification } from './email-verification.ts';
import { beginLogin, emailInput } from './login.ts';
import { hashPassword, passwordInput } from './passwords.ts';

const registerInput = z.object({
  email: emailInput,
  password: passwordInput,
  name: z.string().trim().min(1, 'must not be empty').max(255),
  organizationName: z.string().trim().min(1, 'must not be empty').max(255).nullish(),
});

export const registerMutation: MutationResolvers = {
  async register(_, { input }, context) {
    const { email, password, name, organizationName } = parseInput(registerInput, input);
    if (await findAccount(context, { email })) {
      throw conflict('This e-mail address has an account; log in, or reset its password', {
        field: 'input.email',
      });
    }
    const passwordHash = await hashPassword(password);
    const organization = organizationName ? newOrganization(organizationName) : undefined;
    const account: NewAccount = {
      id: newId(),
      email,
      name,
      passwordHash,
      role: organization ? 'admin' : 'user',
      organizationId: organization?.id ?? null,
      tenantId: organization?.tenantId ?? null,
    };
    await context.db.write(
      async (tx) => {
        if (organization) {
          await tx.organization.createMany({ data: { ...organization, id: uuidToBytes(organization.id) } });
        }
        await insertAccount(tx, account);
      },
      { tenantId: account.tenantId },
    );
    const user = await registered(context, account.id);
    await sendVerification(context, user);
    return beginLogin(context, user);
  },
};

/** A new organization; its tenant's id ends in part of a random one, since the name alone may be taken. */
function newOrganization(name: string): { id: string; name: string; slug: string; tenantId: string } {
  const id = newId();
  const slug = slugOf(`${slugOf(name).slice(0, 40)}-${id.slice(-8)}`);
  return { id, name, slug, tenantId: tenantIdOf(slug) };
}

async function registered(context: Context, id: string): Promise<UserRow> {
  const user = await findAccount(context, { id });
  if (!user) throw new Error(`The account ${id} was made and is gone`);
  return user;
}

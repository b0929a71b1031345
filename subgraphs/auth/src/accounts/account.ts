import { selectColumns, unconfined, uuidToBytes } from '@cdx/kit';
import { User as table, type UserRow } from '@cdx/prisma-auth/tables';
import sql from 'sql-template-tag';
import type { Context, Transaction } from '../context.ts';
import { idBytes } from '../walls.ts';

/** What an account is found by. */
export type AccountKey = { readonly email: string } | { readonly id: string };

/** An account, and whether its tenant's organization is open: while it is not, nobody of the tenant logs in. */
export interface Account extends UserRow {
  readonly isTenantOpen: unknown;
}

/**
 * An account, for those who are about to prove that it is theirs.
 */
export function findAccount({ db }: Context, key: AccountKey): Promise<Account | undefined> {
  const condition = 'email' in key ? sql`t.email = ${key.email}` : sql`t.id = ${idBytes(key.id)}`;
  return db.one<Account>(
    unconfined(
      'nobody has logged in yet, and the account reaches its caller after the proof alone',
      sql`select ${selectColumns('mysql', table)}, not exists (
          select 1 from organizations o where o.tenant_id = t.tenant_id and not o.is_active
        ) as isTenantOpen from users t where ${condition}`,
    ),
  );
}

/** Whether an account may be logged in to. MySQL's truth is the number 1. */
export function isOpen({ isActive, isTenantOpen }: Account): boolean {
  return isActive && Number(isTenantOpen) === 1;
}

/** The columns of a new account that its maker decides. */
export interface NewAccount extends Pick<UserRow, 'id' | 'email' | 'name' | 'role' | 'passwordHash'> {
  readonly organizationId: string | null;
  readonly tenantId: string | null;
  /** Closed where it is false: nobody logs in. */
  readonly isActive?: boolean;
}

/** Inserts an account with its profile, its preferences and the free tier. */
export async function insertAccount(tx: Transaction, account: NewAccount): Promise<void> {
  const { id, organizationId, ...values } = account;
  const userId = uuidToBytes(id);
  const organization = organizationId === null ? null : uuidToBytes(organizationId);
  await tx.user.createMany({ data: { id: userId, organizationId: organization, ...values } });
  await tx.userProfile.createMany({ data: { userId, fullName: account.name } });
  await tx.userPreferences.createMany({ data: { userId } });
  const tier = await tx.subscriptionTier.findUniqueOrThrow({ where: { name: 'free' }, select: { id: true } });
  // A user has one free subscription from the start, so it can bear the user's id.
  await tx.userSubscription.createMany({ data: { id: userId, userId, tierId: tier.id } });
}

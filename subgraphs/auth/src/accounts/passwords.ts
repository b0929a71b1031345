import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';

/** OWASP's Password Storage Cheat Sheet, second of its equal choices for argon2id: 19 MiB, 2 passes, 1 lane. */
const cost = {
  algorithm: 2 /* argon2id, whose name is a const enum that erasable TypeScript cannot import */,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** What a new password must be; length is what counts (NIST SP 800-63B, 3.1.1.2). */
export const passwordInput = z
  .string()
  .min(10, 'must have at least 10 characters')
  .max(200, 'must have at most 200 characters');

/** The hash to store for a password, with its salt and costs in it. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

let decoy: Promise<string> | undefined;

/**
 * Whether the password is the one. Without a stored hash it takes as long and is false, so that the time tells
 * nobody which addresses have an account.
 */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  decoy ??= hashPassword('no account has this password');
  const matches = await verify(stored ?? (await decoy), password);
  return stored !== undefined && matches;
}

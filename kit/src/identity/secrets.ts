import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import { z } from 'zod';
import { followFile, type Followed } from '../files/follow.ts';

/** What identities are signed with between processes: the first signs, all of them verify. */
export type InternalSecrets = readonly [KeyObject, ...KeyObject[]];

const words = 'must be random texts of at least 32 characters, with commas between';

const secretsForm = z.string().transform((text, context): InternalSecrets => {
  const secrets = text
    .split(/[,\n]/)
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  const [signs, ...others] = secrets.map((secret) => createSecretKey(secret, 'utf8'));
  if (signs && secrets.every((secret) => secret.length >= 32)) return [signs, ...others];
  context.addIssue({ code: 'custom', message: words });
  return z.NEVER;
});

/** The settings of every process that signs or verifies identities; one of the two is needed. */
export const internalSecretSettings = {
  CDX_INTERNAL_SECRET: secretsForm
    .optional()
    .describe(
      'What the gateway signs identities for subgraphs with, at least 32 characters, the same in all processes. Several with commas between: the first signs, all verify.',
    ),
  CDX_INTERNAL_SECRET_FILE: z
    .string()
    .optional()
    .describe(
      'A file with the same, which is read again when it changes: add the new secret as the last everywhere, then make it the first everywhere, and after a minute take the old one out.',
    ),
};

/** The internal secrets as a process has them; fixed, or following a file. */
export type SecretSource = Followed<InternalSecrets>;

/** Secrets that do not change. */
export function fixedSecrets(...secrets: InternalSecrets): SecretSource {
  return { current: () => secrets, close: () => undefined };
}

/** Secrets of a text: what a setting or a file says. Throws when one is missing or too short, without repeating it. */
export function readSecrets(text: string): InternalSecrets {
  const result = secretsForm.safeParse(text);
  if (!result.success) throw new Error(`The internal secrets ${words}`);
  return result.data;
}

/** Opens the secrets that the settings name: the file before the variable. Undefined when they name none. */
export async function openSecrets(
  settings: z.output<z.ZodObject<typeof internalSecretSettings>>,
  log: Logger,
): Promise<SecretSource | undefined> {
  const { CDX_INTERNAL_SECRET: secrets, CDX_INTERNAL_SECRET_FILE: file } = settings;
  if (file !== undefined) return followFile(file, readSecrets, log);
  return secrets && fixedSecrets(...secrets);
}

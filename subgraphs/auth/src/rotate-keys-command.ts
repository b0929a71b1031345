/** Adds a signing key that is used from now on; running servers notice within seconds. */
import { readSettings } from '@cdx/kit';
import { rotateSigningKeys } from './accounts/signing-keys.ts';
import { settingsSchema } from './settings.ts';

try {
  const { AUTH_SIGNING_KEYS_FILE: file } = readSettings(
    settingsSchema.pick({ AUTH_SIGNING_KEYS_FILE: true }),
    process.env,
  );
  await rotateSigningKeys(file);
  console.log(`${file} has a new key; the last two still verify.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

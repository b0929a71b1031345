import { databaseUrl, integer, mailSettings } from '@cdx/kit';
import { z } from 'zod';

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  AUTH_DATABASE_URL: databaseUrl.describe('The auth database, MySQL 8.4 or MariaDB 10.11 or later.'),
  AUTH_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  AUTH_DATABASE_POOL_SIZE: integer(1, 500).default(10).describe('The most connections held at once.'),
  AUTH_SIGNING_KEYS_FILE: z
    .string()
    .default('.data/signing-keys.json')
    .describe(
      'The private keys of access tokens, a JWK set; made at the first start, read again when it changes.',
    ),
  ACCESS_TOKEN_SECONDS: integer(10, 86_400).default(900).describe('How long an access token is valid.'),
  REFRESH_TOKEN_DAYS: integer(1, 365).default(30).describe('How long a login lasts without being used.'),
  PASSWORD_RESET_MINUTES: integer(5, 1_440)
    .default(30)
    .describe('How long a link to set a password is valid.'),
  ...mailSettings,
  MAIL_LINK_BASE_URL: z
    .url()
    .default('http://localhost:4000')
    .describe('What links in mail begin with: the address of your dashboard.'),
  CDX_DEMO: z
    .stringbool()
    .default(false)
    .describe('Lets the demo password be used. Only for demo data: `npm start` sets it.'),
  AUTH_CLEAN_UP_MINUTES: integer(1, 1_440)
    .default(60)
    .describe('How often expired sessions and tokens are deleted.'),
});

export type Settings = z.output<typeof settingsSchema>;

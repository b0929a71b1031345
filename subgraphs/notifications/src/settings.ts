import { databaseUrl, integer, mailSettings } from '@cdx/kit';
import { z } from 'zod';
import { secretForm } from './receipts/signature.ts';

const origins = z.string().transform((text) =>
  text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== ''),
);

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  NOTIFICATIONS_DATABASE_URL: databaseUrl.describe('The notifications database, Postgres 15 or later.'),
  NOTIFICATIONS_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  NOTIFICATIONS_DATABASE_POOL_SIZE: integer(1, 500)
    .default(10)
    .describe('The most connections held at once.'),
  NOTIFICATIONS_DELIVERY_SECONDS: integer(0, 3_600)
    .default(5)
    .describe('How often deliveries that are due are sent; with 0 this process sends none.'),
  NOTIFICATIONS_DELIVERY_ATTEMPTS: integer(1, 20)
    .default(6)
    .describe('How often a delivery is tried before it has failed for good.'),
  ...mailSettings,
  MAIL_LINK_BASE_URL: z
    .url()
    .default('http://localhost:4000')
    .describe('What links in mail begin with: the address of your dashboard.'),
  VAPID_SUBJECT: z
    .string()
    .regex(/^(mailto:|https:\/\/)\S+$/, 'must be mailto:address or an https URL')
    .default('mailto:no-reply@cdx.example')
    .describe('Whom push services turn to.'),
  VAPID_PUBLIC_KEY: z
    .string()
    .optional()
    .describe('With the private key, has web push sent: `npx web-push generate-vapid-keys` makes both.'),
  VAPID_PRIVATE_KEY: z.string().optional().describe('The other half of it, which nobody else may know.'),
  PUSH_ORIGINS: origins
    .default([
      'https://fcm.googleapis.com',
      'https://updates.push.services.mozilla.com',
      'https://*.push.apple.com',
      'https://*.notify.windows.com',
    ])
    .describe('The push services that are posted to, with commas between.'),
  SMS_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL with http or https' })
    .optional()
    .describe(
      'The service that short messages are posted to, as JSON `{ to, text, reference }`; none are sent without.',
    ),
  SMS_TOKEN: z.string().optional().describe('The bearer token of that service.'),
  NOTIFICATIONS_RECEIPTS_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('The address to take receipts of mail and SMS services at.'),
  NOTIFICATIONS_RECEIPTS_PORT: integer(0, 65_535)
    .optional()
    .describe('The port to take receipts at; without one none are taken.'),
  NOTIFICATIONS_RECEIPTS_SECRET: z
    .string()
    .regex(secretForm, 'must be whsec_ and 24 to 64 bytes in base64')
    .optional()
    .describe('What these services sign receipts by (Standard Webhooks); needed with the port.'),
  NOTIFICATIONS_RETENTION_DAYS: integer(0, 3_650)
    .default(365)
    .describe('How long notifications and their deliveries are kept, in days; with 0 for ever.'),
  NOTIFICATIONS_CLEAN_UP_MINUTES: integer(1, 1_440)
    .default(60)
    .describe('How often those that are older are deleted, in minutes.'),
});

export type Settings = z.output<typeof settingsSchema>;

import { databaseUrl, integer } from '@cdx/kit';
import { z } from 'zod';

/** The environment variables of this subgraph. */
export const settingsSchema = z.object({
  CMS_DATABASE_URL: databaseUrl.describe('The cms database, Postgres 15 or later.'),
  CMS_DATABASE_REPLICA_URL: databaseUrl.optional().describe('A read replica of it.'),
  CMS_DATABASE_POOL_SIZE: integer(1, 500).default(10).describe('The most connections held at once.'),
  CMS_MEDIA_FOLDER: z
    .string()
    .default('.data/media')
    .describe('The folder of media files; all processes of the subgraph see the same.'),
  CMS_MEDIA_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional()
    .describe('The bucket that media files are kept in, in place of the folder.'),
  CMS_MEDIA_S3_REGION: z.string().min(1).default('us-east-1').describe('Its region.'),
  CMS_MEDIA_S3_ENDPOINT: z
    .url({ protocol: /^https?$/, error: 'must be a URL of http or https' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('Where it is reached, if not at Amazon: any store with the protocol of S3.'),
  CMS_MEDIA_S3_ACCESS_KEY_ID: z.string().min(1).optional().describe('The key that requests are signed with.'),
  CMS_MEDIA_S3_SECRET_ACCESS_KEY: z
    .string()
    .min(1)
    .optional()
    .describe('The secret of that key, which nobody else may know.'),
  CMS_MEDIA_HOST: z.string().default('127.0.0.1').describe('The address to receive and serve files at.'),
  CMS_MEDIA_PORT: integer(0, 65_535)
    .optional()
    .describe('The port to receive and serve files at; without one no files are taken.'),
  CMS_MEDIA_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL of http or https' })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('How that is reached from outside, where it is not the host and the port.'),
  CMS_MEDIA_MAX_BYTES: integer(1).default(104_857_600).describe('The largest file, in bytes.'),
  CMS_CLEAN_UP_MINUTES: integer(1, 1_440)
    .default(15)
    .describe('How often uploads whose time is over are ended, in minutes.'),
});

export type Settings = z.output<typeof settingsSchema>;

import { integer, internalSecretSettings, logLevel } from '@cdx/kit';
import { z } from 'zod';
import { authorizationModes, introspectionModes } from './authorization/index.ts';
import { limitSettings } from './limits/settings.ts';
import { oidcIssuers } from './identity/oidc-settings.ts';

const subgraphUrls = z.string().transform((text, context) => {
  const urls = new Map<string, string>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [, name, url] = /^([a-z][a-z0-9_-]*)=(https?:\/\/\S+)$/.exec(entry) ?? [];
    if (name === undefined || url === undefined) {
      context.addIssue({
        code: 'custom',
        message: `must be name=http://host:port, with commas between; ${entry} is not`,
      });
      return z.NEVER;
    }
    const endpoint = new URL(url);
    if (endpoint.pathname === '/') endpoint.pathname = '/graphql';
    urls.set(name, endpoint.href);
  }
  return urls;
});

const origins = z.string().transform((text) =>
  text
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== ''),
);

/** The environment variables of the gateway. */
export const settingsSchema = z.object({
  HOST: z.string().default('127.0.0.1').describe('The address to listen at; 0.0.0.0 in a container.'),
  PORT: integer(0, 65_535).default(4_000).describe('The port to listen at; 0 for any that is free.'),
  TLS_CERT_FILE: z
    .string()
    .optional()
    .describe(
      'The certificate to serve by TLS with, as PEM, with those that lead to its issuer. HTTP/2 and HTTP/1.1 are spoken at the same port then. Read again when it changes.',
    ),
  TLS_KEY_FILE: z.string().optional().describe('The key of the certificate, as PEM.'),
  H2C: z
    .stringbool()
    .default(false)
    .describe('Speaks HTTP/2 without TLS, and no HTTP/1.1: for a proxy that does so towards the gateway.'),
  WORKERS: integer(0, 256)
    .default(1)
    .describe('How many processes share the port; 0 for one on each core. For `node gateway/src/main.ts`.'),
  SUBGRAPHS: subgraphUrls
    .default(new Map<string, string>())
    .describe('Subgraphs that run elsewhere: auth=http://host:port,… All others run inside the gateway.'),
  SUPERGRAPH_FILE: z
    .string()
    .optional()
    .describe(
      'A composed supergraph to serve, watched and swapped when it changes. All its subgraphs run elsewhere.',
    ),
  ...internalSecretSettings,
  JWKS_URL: z
    .url()
    .optional()
    .describe('Where the keys of access tokens are; the auth subgraph’s own when not given.'),
  OIDC_ISSUERS: oidcIssuers,
  REQUEST_TIMEOUT_MS: integer(100, 600_000).default(30_000).describe('The longest a request may take.'),
  SUBGRAPH_CONNECTIONS: integer(1, 10_000)
    .default(100)
    .describe('The most connections to each remote subgraph.'),
  JOIN_QUERIES: z
    .stringbool()
    .optional()
    .describe(
      'Runs a query once that one caller asks several times at the same time. By default where one process serves all, without WORKERS and REDIS_URL: a query must see the changes before it, of which another process knows nothing.',
    ),
  SUBSCRIPTIONS_PER_CALLER: integer(1, 100_000)
    .default(100)
    .describe('The most subscriptions of one caller at once, in each process.'),
  SERVICE_HEALTH_SECONDS: integer(1, 3_600)
    .default(10)
    .describe('How often the services are looked after while somebody subscribes to their health.'),
  BODY_LIMIT_BYTES: integer(1_024, 104_857_600).default(1_048_576).describe('The largest request body.'),
  ...limitSettings,
  CORS_ORIGINS: origins
    .default([])
    .describe(
      'The origins of pages that may ask, with commas between: https://app.example. None when empty.',
    ),
  PERSISTED_OPERATIONS: z
    .enum(['off', 'log', 'only'])
    .default('off')
    .describe('`only` answers nothing but registered operations; `log` tells of others once each.'),
  OPERATIONS_MANIFEST: z
    .string()
    .default('operations/manifest.json')
    .describe('The registered operations (`npm run operations`); swapped when the file changes.'),
  INTROSPECTION: z
    .enum(introspectionModes)
    .optional()
    .describe(
      'What callers see of the schema: whole, usable (the part that the caller may use) or none. The playground needs it; by default whole, and none in production.',
    ),
  NODE_ENV: z.string().optional().describe('`production` in production, as in the image.'),
  PLAYGROUND: z.stringbool().default(true).describe('Serves the playground at /playground.'),
  CDX_DEMO: z
    .stringbool()
    .default(false)
    .describe('Offers the demo logins in the playground. Only for demo data.'),
  AUTHORIZATION_MODE: z
    .enum(authorizationModes)
    .default('filter')
    .describe(
      'What happens to parts of an operation that its caller may not ask for: filter answers them as null, reject refuses the operation, dry-run answers all and reports them.',
    ),
  REFUSALS_PER_CALLER: integer(0, 1_000)
    .default(60)
    .describe(
      'The most operations of one caller in a minute of which the audit log says one by one what was refused; of the rest it has the number.',
    ),
  REFUSALS_DELAY_MS: integer(0, 600_000)
    .default(1_000)
    .describe('How long refusals wait to be put on record together.'),
  FAST_LANE: z
    .stringbool()
    .default(true)
    .describe(
      'Answers queries whose documents are known ahead of Apollo Server’s pipeline, with the same answers.',
    ),
  RESPONSE_CACHE: z
    .stringbool()
    .default(true)
    .describe(
      'Keeps answers for as long as @cacheControl says: in Redis, or in memory where there is one process.',
    ),
  RESPONSE_CACHE_MB: integer(1, 65_536)
    .default(32)
    .describe('The most memory that kept answers take, in megabytes; Redis has a limit of its own.'),
  SAGAS_SECONDS: integer(0, 3_600)
    .default(10)
    .describe(
      'How often sagas are looked for that another gateway has left when it ended, in seconds; 0 for never.',
    ),
  SIGN_UPS_SECONDS: integer(0, 3_600)
    .default(10)
    .describe('How often organizations are looked for that have no tenant yet, in seconds; 0 for never.'),
  LOG_LEVEL: logLevel,
});

export type Settings = z.output<typeof settingsSchema>;

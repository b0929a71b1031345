import { isIP } from 'node:net';
import { integer } from '@cdx/kit';
import { z } from 'zod';

const proxies = z.string().transform((text, context) => {
  const list = text
    .split(',')
    .map((proxy) => proxy.trim())
    .filter((proxy) => proxy !== '');
  const wrong = list.find((proxy) => !isNetwork(proxy));
  if (wrong === undefined) return list;
  context.addIssue({
    code: 'custom',
    message: `must be addresses or networks with commas between, as 10.0.0.0/8 or loopback; ${wrong} is not`,
  });
  return z.NEVER;
});

/** An address, a network in CIDR form, or one of the names that Fastify knows for the usual private networks. */
function isNetwork(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

const points = (fallback: number): z.ZodDefault<ReturnType<typeof integer>> =>
  integer(0, 1_000_000_000).default(fallback);

/** The environment variables that say how much a caller may ask for. */
export const limitSettings = {
  MAX_DOCUMENT_CHARS: integer(1_000).default(131_072).describe('The longest GraphQL document.'),
  MAX_TOKENS: integer(100, 20_000)
    .default(2_000)
    .describe('The most tokens of a document: names, numbers, texts and punctuation.'),
  MAX_DEFINITIONS: integer(1).default(50).describe('The most operations and fragments of a document.'),
  MAX_DEPTH: integer(1).default(20).describe('The most levels of fields, fragments included.'),
  MAX_ROOT_FIELDS: integer(1).default(25).describe('The most fields of an operation’s first level.'),
  MAX_FIELDS_PER_SELECTION: integer(1)
    .default(100)
    .describe('The most fields of any level, with fragments spread out.'),
  MAX_SELECTIONS: integer(1)
    .default(1_000)
    .describe('The most fields and fragments of an operation in all, with fragments spread out.'),
  MAX_REPEATED_PAIRS: integer(0)
    .default(1_000)
    .describe('The most pairs of the same field at the same place, fields of fragments included.'),
  MAX_ALIASES: integer(0).default(50).describe('The most aliases of an operation.'),
  MAX_INTROSPECTIONS: integer(0)
    .default(2)
    .describe('The most uses of __schema and __type in an operation; inside them there are no aliases.'),
  MAX_DIRECTIVES: integer(0).default(50).describe('The most uses of directives in a document.'),
  MAX_VARIABLES: integer(0).default(50).describe('The most variables of an operation.'),
  MAX_LITERAL_CHARS: integer(100)
    .default(16_384)
    .describe('The longest text written into a document; a longer one goes into a variable.'),
  MAX_INPUT_DEPTH: integer(1)
    .default(32)
    .describe('The most levels of lists and objects in a variable’s value or in a literal.'),
  COST_BUDGET_ANONYMOUS: points(1_000).describe('What an operation of a caller without a token may cost.'),
  COST_BUDGET_USER: points(5_000).describe('What an operation of a user may cost.'),
  COST_BUDGET_CLIENT: points(20_000).describe('What an operation of a client may cost.'),
  COST_BUDGET_ADMIN: points(50_000).describe('What an operation of a tenant’s admin may cost.'),
  COST_BUDGET_SUPERADMIN: points(500_000).describe('What an operation of a superadmin may cost.'),
  RATE_LIMIT_PER_MINUTE: points(6_000).describe('The most requests of a logged-in caller; 0 for no limit.'),
  RATE_LIMIT_ANONYMOUS_PER_MINUTE: points(600).describe(
    'The most requests without a valid token from one address; 0 for no limit.',
  ),
  LOGIN_ATTEMPTS_PER_MINUTE: points(30).describe(
    'The most logins, registrations, token refreshes and password resets from one address; 0 for no limit.',
  ),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/ })
    .optional()
    .describe(
      'The Redis that counts rates and keeps answers for all gateways together: redis://host:6379. In memory without.',
    ),
  TRUST_PROXY: proxies
    .default([])
    .describe(
      'The proxies whose X-Forwarded-For is believed, with commas between: 10.0.0.0/8,loopback. None when empty.',
    ),
  RECEIVE_TIMEOUT_MS: integer(100, 600_000)
    .default(15_000)
    .describe('The longest that a request may take to arrive, headers and body.'),
};

/** The limits' settings, read. */
export type LimitSettings = z.output<z.ZodObject<typeof limitSettings>>;

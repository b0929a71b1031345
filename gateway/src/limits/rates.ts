import type { Identity } from '@cdx/kit';
import { GraphQLError } from 'graphql';
import type { Redis } from 'ioredis';
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import { networkOf } from './network.ts';
import type { LimitSettings } from './settings.ts';

/** The span that rates are counted in, in seconds. */
const spanSeconds = 60;

/** Counts how often callers ask. Each throws RATE_LIMITED, with the seconds to wait, when it was too often. */
export interface Rates {
  /** Counts a request: of a caller who has logged in by the caller, of others by the address. */
  takeRequest(identity: Pick<Identity, 'userId'>, address: string): Promise<void>;
  /** Counts attempts to get into an account from an address. */
  takeAttempts(address: string, attempts: number): Promise<void>;
}

/**
 * Counts in this process, or in Redis for all processes together. While Redis does not answer, each process counts for
 * itself: the limits then hold for a process, and nobody is shut out by a fault of ours.
 */
export function makeRates(settings: LimitSettings, redis: Redis | undefined): Rates {
  const requests = makeLimiter('request', settings.RATE_LIMIT_PER_MINUTE, redis);
  const anonymous = makeLimiter('anonymous', settings.RATE_LIMIT_ANONYMOUS_PER_MINUTE, redis);
  const attempts = makeLimiter('login', settings.LOGIN_ATTEMPTS_PER_MINUTE, redis);
  return {
    takeRequest: ({ userId }, address) =>
      userId === null ? take(anonymous, networkOf(address), 1) : take(requests, userId, 1),
    takeAttempts: (address, count) => take(attempts, networkOf(address), count),
  };
}

/** A limiter, or none where the limit is 0. */
function makeLimiter(
  name: string,
  points: number,
  redis: Redis | undefined,
): RateLimiterAbstract | undefined {
  if (points === 0) return undefined;
  const options = { points, duration: spanSeconds, keyPrefix: `cdx:rate:${name}` };
  const inMemory = new RateLimiterMemory(options);
  if (!redis) return inMemory;
  // Who is over the limit is turned away without asking Redis again.
  const block = { inMemoryBlockOnConsumed: points + 1 };
  return new RateLimiterRedis({ ...options, ...block, storeClient: redis, insuranceLimiter: inMemory });
}

async function take(limiter: RateLimiterAbstract | undefined, key: string, points: number): Promise<void> {
  if (!limiter || points === 0) return;
  try {
    await limiter.consume(key, points);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw tooOften(limiter.points, Math.ceil(refusal.msBeforeNext / 1_000));
  }
}

function tooOften(limit: number, retryAfterSeconds: number): GraphQLError {
  const headers = new Map([['retry-after', String(retryAfterSeconds)]]);
  return new GraphQLError(
    `Too many requests: at most ${limit} a minute are allowed. Try again in ${retryAfterSeconds} s.`,
    { extensions: { code: 'RATE_LIMITED', retryAfterSeconds, limit, http: { status: 429, headers } } },
  );
}

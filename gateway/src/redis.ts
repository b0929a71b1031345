import type { Logger } from '@cdx/kit';
import { Redis } from 'ioredis';

/** How long Redis may take, in milliseconds, before a request goes on without it. */
const timeoutMs = 250;

/** Connects, or knows after a second that it cannot yet; it goes on trying. */
export async function connectRedis(url: string, log: Logger): Promise<Redis> {
  const redis = new Redis(url, {
    connectTimeout: timeoutMs * 4,
    commandTimeout: timeoutMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, 5_000),
  });
  let isDown = false;
  redis.on('error', (error) => {
    if (!isDown)
      log.warn(
        { error: error.message },
        'Redis does not answer; rates are counted by each process, and no answers are kept',
      );
    isDown = true;
  });
  redis.on('ready', () => {
    isDown = false;
  });
  await new Promise((resolve) => redis.once('ready', resolve).once('error', resolve));
  return redis;
}

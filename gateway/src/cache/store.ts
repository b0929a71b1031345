import type { Redis } from 'ioredis';
import { LRUCache } from 'lru-cache';

/** The longest that any answer is kept, in seconds, whatever its hints say. */
export const longestSeconds = 86_400;

/** No answer that is longer is kept, in characters: few are, and they would take the place of many. */
const longestAnswer = 1_000_000;

/** Where answers are kept. Neither rejects: what cannot be kept, or had, is asked for again. */
export interface AnswerStore {
  get(key: string): Promise<string | undefined>;
  set(key: string, answer: string, seconds: number): Promise<void>;
}

/** @param megabytes the most memory that answers take; the least recently used goes first */
export function storeInMemory(megabytes: number): AnswerStore {
  const answers = new LRUCache<string, string>({
    maxSize: megabytes * 1_048_576,
    // A text takes up to two bytes for a character.
    sizeCalculation: (answer, key) => 2 * (answer.length + key.length),
  });
  return {
    get: (key) => Promise.resolve(answers.get(key)),
    set(key, answer, seconds) {
      if (answer.length <= longestAnswer) answers.set(key, answer, { ttl: seconds * 1_000 });
      return Promise.resolve();
    },
  };
}

const prefix = 'cdx:answer:';

/** Redis bounds its own memory. While it does not answer, nothing is kept. */
export function storeInRedis(redis: Redis): AnswerStore {
  return {
    get: (key) => redis.get(prefix + key).then((answer) => answer ?? undefined, nothing),
    async set(key, answer, seconds) {
      if (answer.length <= longestAnswer) await redis.set(prefix + key, answer, 'EX', seconds).catch(nothing);
    },
  };
}

/** That Redis is away, the connection itself tells. */
const nothing = (): undefined => undefined;

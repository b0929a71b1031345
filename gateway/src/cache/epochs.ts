import { newId, type Logger, type RowsChanged } from '@cdx/kit';
import type { Redis } from 'ioredis';
import { longestSeconds } from './store.ts';

/**
 * The epochs of rows: another one after each change. An answer is kept under the epochs that its rows had before they
 * were read, so that nobody finds it once they have changed.
 */
export interface Epochs {
  /**
   * The epochs of what a tenant may see of domains.
   * @throws when they cannot be had now
   */
  current(domains: readonly string[], tenantId: string | null): Promise<string>;
  /** Begins a new epoch. Never rejects. */
  advance(change: RowsChanged): Promise<void>;
}

/** A tenant's own rows and those of no tenant. */
function namesOf(domains: readonly string[], tenantId: string | null): string[] {
  const tenants = tenantId === null ? [null] : [null, tenantId];
  return domains.flatMap((domain) => tenants.map((tenant) => nameOf({ domain, tenantId: tenant })));
}

const nameOf = ({ domain, tenantId }: RowsChanged): string => JSON.stringify([domain, tenantId]);

/** How many epochs a process remembers; then it forgets all of them, and begins a new one for everything. */
const remembered = 100_000;

/** For one process that is all there is. */
export function epochsInMemory(max = remembered): Epochs {
  const epochs = new Map<string, number>();
  let [last, first] = [0, 0];
  return {
    current: (domains, tenantId) =>
      Promise.resolve(
        namesOf(domains, tenantId)
          .map((name) => epochs.get(name) ?? first)
          .join(),
      ),
    advance(change) {
      last += 1;
      if (epochs.size >= max) {
        epochs.clear();
        first = last;
      }
      epochs.set(nameOf(change), last);
      return Promise.resolve();
    },
  };
}

const prefix = 'cdx:epoch:';

/** For all gateways that share a Redis. What it could not be told while it was away, it is told when it is back. */
export function epochsInRedis(redis: Redis, log: Logger): Epochs {
  const untold = new Map<string, RowsChanged>();
  const advance = async (change: RowsChanged): Promise<void> => {
    const name = nameOf(change);
    try {
      // Longer than any answer is kept: one of an epoch before it is gone when the epoch is.
      await redis.set(prefix + name, newId(), 'EX', longestSeconds * 2);
      untold.delete(name);
    } catch (error) {
      if (untold.size === 0) log.warn({ error }, 'Redis cannot be told of a change; answers may be late');
      untold.set(name, change);
    }
  };
  redis.on('ready', () => untold.forEach((change) => void advance(change)));
  return {
    async current(domains, tenantId) {
      const epochs = await redis.mget(namesOf(domains, tenantId).map((name) => prefix + name));
      return epochs.map((epoch) => epoch ?? '').join();
    },
    advance,
  };
}

import { afterAll, describe, expect, test } from '@jest/globals';
import { testDatabaseUrl } from '../testing/index.ts';
import { asApplication, postgresPool } from '../sql/postgres.ts';
import { PostgresWakeUps } from './postgres-wake-ups.ts';
import { LocalWakeUps, type Waiting } from './wake-ups.ts';

const never = new AbortController().signal;

describe('who waits in a process', () => {
  test('is told which chains have grown, all that were since the last time', async () => {
    const wakeUps = new LocalWakeUps();
    const waiting = wakeUps.join();
    const next = waiting.next(never);
    wakeUps.tell(['acme']);
    expect(await next).toEqual(['acme']);
    wakeUps.tell(['acme']);
    wakeUps.tell(['borealis', 'acme']);
    expect(await waiting.next(never)).toEqual(['acme', 'borealis']);
  });

  test('is woken unasked, and by who leaves', async () => {
    const waiting = new LocalWakeUps().join();
    expect(await waiting.next(never)).toBeUndefined();
    expect(await waiting.next(AbortSignal.abort())).toBeUndefined();
  });

  test('is told nothing once it has left', async () => {
    const wakeUps = new LocalWakeUps();
    const waiting = wakeUps.join();
    waiting.leave();
    wakeUps.tell(['acme']);
    expect(await waiting.next(never)).toBeUndefined();
  });
});

describe('who waits in another process', () => {
  const url = testDatabaseUrl('TEMPLATES_DATABASE_URL');
  const pool = postgresPool(url, 1);
  const [here, elsewhere] = ['here', 'elsewhere'].map(
    () => new PostgresWakeUps('wake_ups_of_the_test', asApplication(url), pool),
  ) as [PostgresWakeUps, PostgresWakeUps];
  afterAll(async () => {
    await Promise.all([here.close(), elsewhere.close()]);
    await pool.end();
  });

  /** Waits until something is told; what was told before the listener stood is told again. */
  async function told(waiting: Waiting, tell: () => void): Promise<readonly string[]> {
    for (;;) {
      tell();
      const chains = await waiting.next(never);
      if (chains) return chains;
    }
  }

  test('is told too; more than a notification holds it finds by itself', async () => {
    const [near, far] = [here.join(), elsewhere.join()];
    expect(await told(far, () => here.tell(['acme']))).toEqual(['acme']);
    expect(await near.next(never)).toEqual(['acme']);
    // The first may have been told twice: when what was told after it is here, so is that.
    here.tell(['borealis']);
    while (!(await far.next(never))?.includes('borealis'));
    expect(await near.next(never)).toEqual(['borealis']);
    const many = Array.from({ length: 1_000 }, (_, index) => `tenant-${index}`);
    here.tell(many);
    expect(await near.next(never)).toEqual(many);
    expect(await far.next(never)).toBeUndefined();
  });

  test('is woken by what is no notification of ours, too', async () => {
    const far = elsewhere.join();
    await pool.query(`select pg_notify('cdx_wake_ups_of_the_test', 'not JSON')`);
    expect(await far.next(never)).toBeUndefined();
  });
});

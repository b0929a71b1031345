import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { makeLogger } from '@cdx/kit';
import type { ServiceHealth, ServiceProbe } from '../views/service-health.ts';
import { HealthWatch } from './health-watch.ts';

/** A service whose state a test decides. */
class Service implements ServiceProbe {
  isUp = true;
  probed = 0;

  readonly check = (): Promise<void> => (this.isUp ? Promise.resolve() : Promise.reject(new Error('down')));
  readonly version = (): Promise<string> => Promise.resolve('1.2.3');
  readonly fetch = () => {
    this.probed += 1;
    return Promise.resolve({ data: { _service: { sdl: 'type Query { a: Int }' } } });
  };
}

function aWatch() {
  const service = new Service();
  const watch = new HealthWatch(() => new Map([['things', service]]), 20, makeLogger('test', 'silent'));
  return { service, watch };
}

describe('the services are looked after', () => {
  test('and a state is told when it is another than before', async () => {
    const { service, watch } = aWatch();
    const told: string[] = [];
    const stop = await watch.listen(({ service: name, status }: ServiceHealth) =>
      told.push(`${name} ${status}`),
    );
    await sleep(100);
    expect(told).toEqual([]);
    service.isUp = false;
    await sleep(100);
    service.isUp = true;
    await sleep(100);
    expect(told).toEqual(['things degraded', 'things up']);
    stop();
  });

  test('while anybody listens, and no longer', async () => {
    const { service, watch } = aWatch();
    const stops = [await watch.listen(() => undefined), await watch.listen(() => undefined)];
    stops.forEach((stop) => stop());
    await sleep(50);
    const before = service.probed;
    await sleep(100);
    expect(service.probed).toBe(before);
  });
});

import { createHash } from 'node:crypto';
import type { SubgraphResult } from '@cdx/kit';
import { sdlOf, within } from '../datasources/index.ts';
import { requireServices, type Context } from './context.ts';

/** A service as it can be asked how it is. */
export interface ServiceProbe {
  /** Rejects with the reason when the service cannot answer. */
  check(): Promise<void>;
  /** The version that it runs; undefined where it does not say. */
  version(): Promise<string | undefined>;
  /** Asks it as the product itself. */
  fetch(query: string): Promise<SubgraphResult>;
}

export interface ServiceHealth {
  readonly service: string;
  readonly status: 'up' | 'degraded' | 'down';
  readonly latencyMs: number | null;
  readonly version: string | null;
  readonly schemaHash: string | null;
  readonly checkedAt: Date;
}

/** An answer that takes longer than this, in milliseconds, is that of a service in trouble. */
const slowMs = 1_000;

/**
 * Asks services how they are, all at once.
 * @throws BAD_USER_INPUT when there is no such service
 */
export function serviceHealth(
  { probes }: Pick<Context, 'probes'>,
  services?: readonly string[] | null,
): Promise<ServiceHealth[]> {
  requireServices(services, probes.keys());
  return Promise.all(
    [...probes]
      .filter(([name]) => services?.includes(name) ?? true)
      .map(([name, probe]) => probeService(name, probe)),
  );
}

async function probeService(service: string, probe: ServiceProbe): Promise<ServiceHealth> {
  const checkedAt = new Date();
  const startedAt = performance.now();
  const [sdl, isHealthy, version] = await Promise.all([
    within(sdlOf(probe)),
    within(probe.check().then(() => true)),
    within(probe.version()),
  ]);
  const tookMs = performance.now() - startedAt;
  const status = sdl === undefined ? 'down' : isHealthy && tookMs < slowMs ? 'up' : 'degraded';
  return {
    service,
    status,
    latencyMs: sdl === undefined ? null : Math.round(tookMs),
    version: version ?? null,
    schemaHash: sdl === undefined ? null : createHash('sha256').update(sdl).digest('hex'),
    checkedAt,
  };
}

import type { Logger } from '@cdx/kit';
import type { Settings } from '../settings.ts';
import type { Topology } from '../supergraph/topology.ts';
import { ChangeHub } from './change-hub.ts';
import { HealthWatch } from './health-watch.ts';
import { Live, type LiveOptions } from './live.ts';

interface LiveParts extends Pick<LiveOptions, 'apollo'> {
  readonly topology: Topology;
  readonly settings: Settings;
  readonly log: Logger;
}

/** Opens what answers over connections that stay open. Nothing is followed before somebody subscribes. */
export function openLive({ apollo, topology, settings, log }: LiveParts): Live {
  const probes = () => new Map(topology.sources().map((source) => [source.name, source]));
  return new Live({
    apollo,
    sources: {
      changes: new ChangeHub(() => topology.sources(), log),
      health: new HealthWatch(probes, settings.SERVICE_HEALTH_SECONDS * 1_000, log),
    },
    timeoutMs: settings.REQUEST_TIMEOUT_MS,
    perCaller: settings.SUBSCRIPTIONS_PER_CALLER,
    log,
  });
}

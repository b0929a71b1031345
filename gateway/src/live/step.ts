import { newId } from '@cdx/kit';
import type { ChangeHub } from './change-hub.ts';
import type { HealthWatch } from './health-watch.ts';

/** Where events come from. */
export interface LiveSources {
  readonly changes: ChangeHub;
  readonly health: HealthWatch;
}

/**
 * Begins to wait for the events of one subscription.
 * @returns what ends the waiting, once nothing that happens from now on is missed
 */
export type Watch = (sources: LiveSources, tell: (event: unknown) => void) => Promise<() => void>;

/**
 * What a subscription is executed for. First to begin: whoever may not ask learns it then, and the field says what it
 * waits for. Then for each event, which the field makes into its value.
 */
export type LiveStep =
  | { readonly kind: 'begin'; readonly watch: (watch: Watch) => void }
  | { readonly kind: 'event'; readonly event: unknown };

/** No client can choose such an id: `x-request-id` takes no colon. */
const prefix = 'live:';

/** The id of a request that is made to tell an event. */
export const liveRequestId = (): string => `${prefix}${newId()}`;

/**
 * Whether a request was made to tell an event. What superadmins read for it is on record like all that they read; told to
 * those who listen to the audit log, it would have them read that, without end.
 */
export const isLiveRequest = (requestId: string): boolean => requestId.startsWith(prefix);

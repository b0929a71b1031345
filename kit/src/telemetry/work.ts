import { channel } from 'node:diagnostics_channel';

/**
 * Work that is done once for an operation, and not again while it is warm: on the caller's document `read` (parsed and
 * validated) and `estimate` (its cost), on the operation without its literals `authorize` and `plan`, and on a subgraph's
 * document `prepare` (parsed and validated) and `compile`.
 */
export interface WorkEvent {
  readonly what: 'read' | 'estimate' | 'authorize' | 'plan' | 'prepare' | 'compile';
}

/** Publishes a `WorkEvent` for each piece of such work; free while nobody listens. */
export const workChannel = channel('cdx:work');

/** Tells the listeners, if there are any, that such work is done. */
export function publishWork(what: WorkEvent['what']): void {
  if (workChannel.hasSubscribers) workChannel.publish({ what } satisfies WorkEvent);
}

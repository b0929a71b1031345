import type { Channel } from 'node:diagnostics_channel';
import { fetchChannel, type FetchEvent } from '@cdx/gateway';
import { statementChannel, workChannel, type StatementEvent, type WorkEvent } from '@cdx/kit';

/** What something cost: statements to databases, fetches, and what is done once for an operation, in their order. */
export interface Cost {
  readonly statements: readonly StatementEvent[];
  readonly fetches: readonly FetchEvent[];
  readonly work: readonly WorkEvent[];
}

/** Does something and counts what it costs. */
export async function costOf(act: () => Promise<unknown>): Promise<Cost> {
  const statements: StatementEvent[] = [];
  const fetches: FetchEvent[] = [];
  const work: WorkEvent[] = [];
  const listeners = [
    listen(statementChannel, statements),
    listen(fetchChannel, fetches),
    listen(workChannel, work),
  ];
  try {
    await act();
    return { statements, fetches, work };
  } finally {
    for (const stop of listeners) stop();
  }
}

function listen<Event>(channel: Channel, events: Event[]): () => void {
  const listener = (message: unknown): void => void events.push(message as Event);
  channel.subscribe(listener);
  return () => channel.unsubscribe(listener);
}

/** How many times each name occurs: `{ auth: 2, clients: 1 }`. */
export function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

import type { Channel } from 'node:diagnostics_channel';
import { fetchChannel, planChannel, type FetchEvent, type PlanEvent } from '@cdx/gateway';
import { statementChannel, type StatementEvent } from '@cdx/kit';

/** What a piece of work cost: statements to databases, fetches from subgraphs and plans, each in their order. */
export interface Cost {
  readonly statements: readonly StatementEvent[];
  readonly fetches: readonly FetchEvent[];
  readonly plans: readonly PlanEvent[];
}

/** Runs work and counts what it sends. */
export async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const statements: StatementEvent[] = [];
  const fetches: FetchEvent[] = [];
  const plans: PlanEvent[] = [];
  const listeners = [
    listen(statementChannel, statements),
    listen(fetchChannel, fetches),
    listen(planChannel, plans),
  ];
  try {
    await work();
    return { statements, fetches, plans };
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

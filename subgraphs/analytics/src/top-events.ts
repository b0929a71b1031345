import { badInput } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { happenedIn, visibleEvents } from './event.ts';
import { eventPeriod, type Period } from './period.ts';

/** The most names that are answered. */
const maxNames = 100;

/** How often events of a name happened. */
export interface EventCount {
  readonly name: string;
  readonly count: number;
}

export const query: QueryResolvers = {
  topEvents: (_, { period, first, tenantId }, context) =>
    readTopEvents(context, eventPeriod(period), namesAsked(first), tenantId),
};

/** @throws BAD_USER_INPUT when the number of names is none that is answered */
export function namesAsked(first: number): number {
  if (first < 1 || first > maxNames) throw badInput('first', `between 1 and ${maxNames}`);
  return first;
}

/** The most frequent names among the events that the caller sees, the first by the alphabet where two are as frequent. */
export function readTopEvents(
  context: Context,
  period: Period,
  first: number,
  tenantId?: string | null,
): Promise<EventCount[]> {
  return context.db.many<EventCount>(
    sql`select t.event_name as name, count(*)::int as count from analytics.events t
      where ${visibleEvents(context, tenantId)} and ${happenedIn(period)}
      group by t.event_name order by count(*) desc, t.event_name limit ${first}`,
  );
}

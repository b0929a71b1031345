import type { SubgraphRequest } from '../context/subgraph.ts';

/** How a change in batches is bounded. */
export interface BatchLimits {
  /** The most rows that one transaction changes. */
  readonly size: number;
  /** The moment, in milliseconds since the epoch, from which on no further batch is begun; none when not given. */
  readonly untilMs?: number;
}

/** How far a change in batches has come. */
export interface BatchedChange {
  /** How many rows there were. */
  readonly rows: number;
  /** Whether no more are left; false when the time was up before. */
  readonly isComplete: boolean;
}

/** Rows that one transaction changes: with the audit of each, 0.65 ms, it keeps others waiting for a third of a second. */
const batchSize = 500;

/** What a batch may take that is begun at the end of a request, for its answer to be in time, in milliseconds. */
const spareMs = 5_000;

/** The limits of a change in batches that a request asks for. */
export const batchesWithin = ({ deadlineMs }: Pick<SubgraphRequest, 'deadlineMs'>): BatchLimits => ({
  size: batchSize,
  untilMs: deadlineMs - spareMs,
});

/**
 * Repeats a change, each time in a transaction of its own, until no row is left or the time is up; once in any case.
 * Whoever repeats it goes on where it was.
 * @param change changes at most so many rows; answers how many it has found, which is fewer when no more are left
 */
export async function inBatches(
  { size, untilMs = Infinity }: BatchLimits,
  change: (most: number) => Promise<number>,
): Promise<BatchedChange> {
  for (let rows = 0; ;) {
    const found = await change(size);
    rows += found;
    const isComplete = found < size;
    if (isComplete || Date.now() >= untilMs) return { rows, isComplete };
  }
}

/**
 * Changes at most so many rows of several tables in the transaction of one batch, those of each before those of the next.
 * @param changes each changes at most so many rows of one table, and answers how many it has found
 * @returns how many were found
 */
export async function inTurn(
  most: number,
  changes: readonly ((most: number) => Promise<number>)[],
): Promise<number> {
  let found = 0;
  for (const change of changes) if (found < most) found += await change(most - found);
  return found;
}

/**
 * Changes rows by their ids, where there are any. They are found without being locked: of rows that were waited for, some
 * may not be found any more when they are locked, and fewer would seem to be left than are.
 * @param change gets the condition for their ids; what else must be true of them by then, it asks for itself
 * @returns how many were found
 */
export async function changeFound(
  found: readonly { readonly id: string }[],
  change: (id: { in: string[] }) => Promise<unknown>,
): Promise<number> {
  if (found.length > 0) await change({ in: found.map(({ id }) => id) });
  return found.length;
}

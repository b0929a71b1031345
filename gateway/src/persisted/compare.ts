import type { RegisteredOperation } from './manifest.ts';

/** What becomes of an operation in the manifest. */
export interface Change {
  readonly state: 'added' | 'kept' | 'removed';
  readonly operation: RegisteredOperation;
}

/** Compares two manifests by the ids of their operations, in the order of names. */
export function compareOperations(
  before: readonly RegisteredOperation[],
  after: readonly RegisteredOperation[],
): Change[] {
  const [old, now] = [before, after].map((operations) => new Set(operations.map(({ id }) => id)));
  const changes = [
    ...after.map((operation): Change => ({ state: old?.has(operation.id) ? 'kept' : 'added', operation })),
    ...before.filter(({ id }) => !now?.has(id)).map((operation): Change => ({ state: 'removed', operation })),
  ];
  return changes.sort((one, other) => one.operation.name.localeCompare(other.operation.name));
}

/** The changes as a table of text. */
export function drawChanges(changes: readonly Change[]): string {
  const rows = changes.map(({ state, operation: { name, type, id } }) => [
    state,
    type,
    name,
    id.slice(0, 12),
  ]);
  const table = [['state', 'type', 'operation', 'id'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

import { channel } from 'node:diagnostics_channel';
import type { Sql } from 'sql-template-tag';

/** What a statement runs as. The database's own policies read it; it ends with the statement or transaction. */
export interface DatabaseContext {
  readonly tenantId: string | null;
  readonly userId: string | null;
  readonly organizationId: string | null;
  readonly role: string;
}

/** One statement as it goes to a database: what a test counts, and a trace shows. */
export interface StatementEvent {
  readonly database: string;
  readonly text: string;
}

/** Publishes a `StatementEvent` for every statement sent; free while nobody listens. */
export const statementChannel = channel('cdx:statement');

/** Tells the listeners, if there are any, that a statement is sent. */
export function publishStatement(database: string, text: string): void {
  if (statementChannel.hasSubscribers) statementChannel.publish({ database, text } satisfies StatementEvent);
}

/** Runs reading statements. Both drivers implement it; nothing above them knows which one it has. */
export interface StatementRunner {
  run(statement: Sql, context: DatabaseContext): Promise<unknown[]>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

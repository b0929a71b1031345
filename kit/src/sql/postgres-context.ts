import { createRequire } from 'node:module';
import pg from 'pg';
import { boundPrepared, type PreparingConnection } from './prepared.ts';
import type { DatabaseContext } from './run.ts';

/** The parts of `pg`'s connection and query that pipelining needs and its types leave out. */
interface Connection {
  bind(portal: {
    portal: string;
    statement: string;
    values: readonly unknown[];
    binary: boolean;
    valueMapper: (value: unknown) => unknown;
  }): void;
  execute(portal: { portal: string; rows: number }): void;
}
interface QueryConfig {
  /** Without it a statement that has no parameters would go by the simple protocol, where nothing can be sent ahead. */
  readonly queryMode: 'extended';
  readonly text: string;
  readonly values: readonly unknown[];
  /** Empty for a statement that is not prepared. */
  readonly name: string;
  readonly callback: (error: Error | null, result: { rows: unknown[] }) => void;
}
interface QueryInternals {
  prepare(connection: Connection): unknown;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Connection): void;
}
const Query = pg.Query as unknown as new (config: QueryConfig) => QueryInternals & pg.Submittable;
const { prepareValue } = createRequire(import.meta.url)('pg/lib/utils') as {
  prepareValue: (value: unknown) => unknown;
};

const contextStatement = 'cdx_context';

/** The role that everything runs as: it owns nothing and cannot pass row-level security by. */
export const applicationRole = 'cdx_app';

/** Sets who asks, for the transaction it is in; the role too, in case a session has been given another. */
export const contextSql = `select set_config('role', '${applicationRole}', true), set_config('app.tenant_id', $1, true), set_config('app.user_id', $2, true), set_config('app.organization_id', $3, true), set_config('app.role', $4, true)`;

/** The parameters of `contextSql`. An absent value is empty text, which no policy matches. */
export function contextValues(context: DatabaseContext): string[] {
  return [context.tenantId ?? '', context.userId ?? '', context.organizationId ?? '', context.role];
}

/**
 * Prepares the context's statement on a new connection, which keeps a bounded number of others, and gives its session
 * nothing.
 * @param client a client that has just connected
 * @throws Error when the session would run what has no context as anybody but the application's role
 */
export async function prepareContext(client: pg.ClientBase): Promise<void> {
  // A pooler may drop the setting that a connection asks for.
  const { rows } = await client.query<{ readonly name: string }>('select current_user as name');
  if (rows[0]?.name !== applicationRole) {
    throw new Error(`A connection runs as ${String(rows[0]?.name)}, not as ${applicationRole}`);
  }
  await client.query({ name: contextStatement, text: contextSql, values: ['', '', '', 'anonymous'] });
  // From here on, so that the context's own statement is never closed.
  boundPrepared((client as unknown as { readonly connection: PreparingConnection }).connection);
}

/**
 * A query that sends its context ahead in the same network flush. Up to the final Sync both run in one implicit
 * transaction, so the transaction-local settings hold for the query and are gone after it, at the price of no
 * round trip (Postgres protocol, "Extended Query": statements between two Syncs are one transaction).
 */
export class ContextQuery extends Query {
  readonly #context: readonly string[];
  #awaitingContext = true;

  constructor(context: readonly string[], config: QueryConfig) {
    super(config);
    this.#context = context;
  }

  override prepare(connection: Connection): unknown {
    connection.bind({
      portal: '',
      statement: contextStatement,
      values: this.#context,
      binary: false,
      valueMapper: prepareValue,
    });
    connection.execute({ portal: '', rows: 0 });
    return super.prepare(connection);
  }

  override handleDataRow(message: unknown): void {
    if (!this.#awaitingContext) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#awaitingContext) this.#awaitingContext = false;
    else super.handleCommandComplete(message, connection);
  }
}

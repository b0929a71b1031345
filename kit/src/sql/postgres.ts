import pg from 'pg';
import type { Sql } from 'sql-template-tag';
import { applicationRole, ContextQuery, contextValues, prepareContext } from './postgres-context.ts';
import { isStale, preparedName } from './prepared.ts';
import { publishStatement, type DatabaseContext, type StatementRunner } from './run.ts';

/**
 * Runs statements on a `pg` pool, each in one round trip together with its tenant context.
 * @param name the domain, for counts and traces
 */
export function postgresRunner(name: string, pool: pg.Pool): StatementRunner {
  return {
    async run(statement: Sql, context: DatabaseContext): Promise<unknown[]> {
      // Put together anew each time that it is asked for.
      const { text, values } = statement;
      publishStatement(name, text);
      const client = await pool.connect();
      const attempt = (): Promise<unknown[]> =>
        new Promise((resolve, reject) => {
          client.query(
            new ContextQuery(contextValues(context), {
              queryMode: 'extended',
              text,
              values,
              name: preparedName(text),
              callback: (error, result) => (error ? reject(error) : resolve(result.rows)),
            }),
          );
        });
      try {
        return await attempt().catch((error: unknown) => {
          if (isStale(error)) return attempt();
          throw error;
        });
      } finally {
        client.release();
      }
    },
    async ping() {
      await pool.query('select 1');
    },
    async close() {
      await pool.end();
    },
  };
}

/**
 * The URL with the application's role as the default of its sessions: a statement that misses its context, were there
 * one, runs as nobody in particular and never as the user that the URL names, who may own the tables.
 */
export function asApplication(url: string): string {
  const target = new URL(url);
  const options = [target.searchParams.get('options'), `-c role=${applicationRole}`];
  target.searchParams.set('options', options.filter(Boolean).join(' '));
  return target.href;
}

/**
 * A pool on a Postgres database, all of whose sessions run as the application's role.
 * @param url `postgres://user:password@host:port/database`
 * @param max the most connections held at once
 */
export function postgresPool(url: string, max: number): pg.Pool {
  const pool = new pg.Pool({
    connectionString: asApplication(url),
    max,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    onConnect: prepareContext,
  });
  // An idle connection that the server drops is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

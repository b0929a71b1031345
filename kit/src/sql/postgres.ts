import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import pg from 'pg';
import type { Sql } from 'sql-template-tag';
import { applicationRole, ContextQuery, contextValues, prepareContext } from './postgres-context.ts';
import { publishStatement, type DatabaseContext, type StatementRunner } from './run.ts';

/** A statement is prepared from its second use on, so that texts seen once leave nothing on the server. */
const preparedNames = new LRUCache<string, { uses: number; name: string | undefined }>({ max: 2_000 });

/** Named statements stay with a connection until it closes, so their number has a bound. */
const maxPrepared = 500;
let prepared = 0;

function preparedName(text: string): string | undefined {
  const known = preparedNames.get(text);
  if (!known) {
    preparedNames.set(text, { uses: 1, name: undefined });
    return undefined;
  }
  if (!known.name && prepared < maxPrepared) {
    known.name = `q_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
    prepared += 1;
  }
  return known.name;
}

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
      try {
        return await new Promise((resolve, reject) => {
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

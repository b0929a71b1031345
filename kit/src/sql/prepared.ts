import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** A statement is prepared from its second use on, so that texts seen once leave nothing on the server. */
const names = new LRUCache<string, { name: string }>({
  max: 2_000,
  maxSize: 8_000_000,
  sizeCalculation: (_, text) => text.length,
});

/**
 * How many characters of statements a connection keeps prepared. Texts follow what clients select and whose schemas they
 * read, so there is no end of them. The server keeps a plan of each: measured on Postgres 15, 66 kB for the 350 characters
 * that a page reads one schema by, so 50 MB for a connection at most.
 */
const mostPrepared = 250_000;

/** A longer text is not worth the many that it would close. */
const longestPrepared = mostPrepared / 5;

/** The name that a statement's text is prepared under; empty, as the protocol has it, for one that is not. */
export function preparedName(text: string): string {
  if (text.length > longestPrepared) return '';
  const known = names.get(text);
  if (!known) {
    names.set(text, { name: '' });
    return '';
  }
  known.name ||= `q_${createHash('sha256').update(text).digest('base64url').slice(0, 22)}`;
  return known.name;
}

/** The parts of `pg`'s connection that prepare statements, which its types leave out. */
export interface PreparingConnection {
  /** What `pg` takes for prepared, by name. */
  parsedStatements: Record<string, string>;
  parse(query: { readonly name?: string; readonly text: string }): void;
  bind(portal: { readonly statement?: string }): void;
  close(message: { readonly type: 'S'; readonly name: string }): void;
  on(event: 'errorMessage', listener: (error: unknown) => void): unknown;
}

/**
 * Whether Postgres has refused a prepared statement since a migration has changed the type of what it answers; prepared
 * anew it is right (plancache.c, `RevalidateCachedQuery`).
 */
export const isStale = (error: unknown): boolean =>
  (error as { readonly routine?: unknown } | null)?.routine === 'RevalidateCachedQuery';

/**
 * Has a connection close the statements that were not used for longest when it prepares too many, and prepare all anew
 * once one is stale. What it has prepared before is left as it is.
 */
export function boundPrepared(connection: PreparingConnection): void {
  /** The lengths of the texts, by their names. */
  const used = new LRUCache<string, number>({
    maxSize: mostPrepared,
    sizeCalculation: (length) => length,
    dispose(_, name) {
      connection.close({ type: 'S', name });
      Reflect.deleteProperty(connection.parsedStatements, name);
    },
  });
  const parse = connection.parse.bind(connection);
  const bind = connection.bind.bind(connection);
  connection.parse = (query) => {
    if (query.name) {
      // It may be there: it was stale, or its closing was passed over because the flush that it went with failed.
      connection.close({ type: 'S', name: query.name });
      used.set(query.name, query.text.length);
    }
    parse(query);
  };
  connection.bind = (portal) => {
    if (portal.statement) used.get(portal.statement);
    bind(portal);
  };
  connection.on('errorMessage', (error) => {
    if (isStale(error)) connection.parsedStatements = {};
  });
}

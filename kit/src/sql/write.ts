import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  Transaction,
} from '@prisma/driver-adapter-utils';
import type { AuditOrigin } from '../audit/chain.ts';
import type { AuditDraft } from '../audit/entry.ts';
import { append, runAudited, type Audit, type AuditedDatabase, type AuditedTables } from '../audit/record.ts';
import type { WakeUps } from '../changes/wake-ups.ts';
import type { SubgraphRequest } from '../context/subgraph.ts';
import type { Identity } from '../identity/identity.ts';
import { contextSql, contextValues } from './postgres-context.ts';
import { publishStatement, type DatabaseContext } from './run.ts';

export interface WriteOptions {
  /** The client schema that the models of the placeholder schema stand for in this transaction. */
  readonly clientSchema?: string;
  /** The longest the transaction may take, in milliseconds; 10 s when not given. */
  readonly timeoutMs?: number;
  /** Whose rows these are, where their table does not say it; the caller's tenant's when not given. */
  readonly tenantId?: string | null;
  /** What the rows lie in, where their key says it not: it goes before their key in the audit log, with a slash. */
  readonly within?: string;
  /** Why the raw statements of this write need no entry in the audit log. */
  readonly unaudited?: string;
}

/**
 * What writes in a Prisma transaction: its models without their reads, and no SQL of one's own. Where a database has no
 * row-level security, both would see past its walls.
 */
export type WritesOnly<Tx> = {
  readonly [Model in keyof Tx as Model extends `$${string}` ? never : Model]: Pick<
    Tx[Model],
    Extract<keyof Tx[Model], 'create' | 'createMany' | 'updateMany' | 'upsert' | 'deleteMany'>
  >;
};

/** Who writes, and where it comes from. */
export interface WriteScope {
  readonly caller: Identity;
  readonly origin: AuditOrigin;
  /** Told after the commit of the tenants whose rows a write has changed. */
  readonly onChange?: SubgraphRequest['onChange'] | undefined;
}

/** Work that writes: by the transaction's models, which are audited by themselves, or by SQL that it notes. */
export type Work<Tx, Result> = (transaction: Tx, audit: Audit) => Promise<Result>;

/** Runs writing transactions through Prisma. */
export interface Writer<Tx> {
  transaction<Result>(scope: WriteScope, work: Work<Tx, Result>, options?: WriteOptions): Promise<Result>;
  /** Puts on record what was no change, in a transaction of its own. */
  record(scope: WriteScope, drafts: readonly AuditDraft[]): Promise<void>;
  close(): Promise<void>;
}

/** What a generated Prisma client has that the kit uses. */
export interface PrismaClientLike<Tx> {
  $transaction<Result>(
    work: (transaction: Tx) => Promise<Result>,
    options?: { maxWait?: number; timeout?: number },
  ): Promise<Result>;
  $disconnect(): Promise<void>;
}

interface TransactionScope {
  readonly context: DatabaseContext;
  readonly clientSchema: string | undefined;
}

/** The schema that the Prisma models of per-client tables name; it exists in no database. */
const placeholderSchema = '"client_".';

/** The form of a client schema's name, as the clients database makes it. */
const clientSchemaName = /^client_[a-z][a-z0-9_]{0,49}$/;

interface WriterParts<Tx> {
  /** The domain, for counts and traces. */
  readonly name: string;
  /** The domain's tables, the audit log's among them. */
  readonly tables: AuditedTables;
  /** Prisma's driver adapter over the pool that the reads use too. */
  readonly adapter: SqlDriverAdapterFactory;
  /** Makes the domain's generated client on an adapter. */
  readonly connect: (adapter: SqlDriverAdapterFactory) => PrismaClientLike<Tx>;
  /** Told after each commit of the chains of the audit log that have grown. */
  readonly wakeUps: Pick<WakeUps, 'tell'>;
}

/** Makes the writer of one database. */
export function prismaWriter<Tx>({ name, tables, adapter, connect, wakeUps }: WriterParts<Tx>): Writer<Tx> {
  const scopes = new AsyncLocalStorage<TransactionScope>();
  const locks = new AsyncLocalStorage<true>();
  const client = connect(scopedFactory(name, adapter, scopes, () => locks.getStore() === true));
  const dialect = adapter.provider === 'postgres' ? 'postgres' : 'mysql';
  const database: AuditedDatabase = {
    log: { dialect, table: tables.AuditEntry },
    tables,
    locking: (read) => locks.run(true, async () => read()),
  };
  const tell = (grown: ReadonlySet<string>): void => {
    if (grown.size > 0) wakeUps.tell([...grown]);
  };
  const inTransaction = <Result>(
    context: DatabaseContext,
    work: (transaction: Tx) => Promise<Result>,
    { clientSchema, timeoutMs = 10_000 }: WriteOptions = {},
  ): Promise<Result> => {
    if (clientSchema !== undefined && !clientSchemaName.test(clientSchema)) {
      throw new TypeError(`Not the name of a client schema: ${clientSchema}`);
    }
    return scopes.run({ context, clientSchema }, () =>
      client.$transaction(work, { timeout: timeoutMs, maxWait: 5_000 }),
    );
  };
  return {
    async transaction(scope, work, options = {}) {
      const [changed, grown] = [new Set<string | null>(), new Set<string>()];
      const write = { ...scope, ...options, changed, grown };
      const result = await inTransaction(
        scope.caller,
        (transaction) => runAudited(database, transaction, write, work),
        options,
      );
      for (const tenantId of changed) scope.onChange?.({ domain: name, tenantId });
      tell(grown);
      return result;
    },
    async record(scope, drafts) {
      const grown = new Set<string>();
      const write = { ...scope, grown };
      await inTransaction(scope.caller, (transaction) => append(database, transaction, write, drafts));
      tell(grown);
    },
    close: () => client.$disconnect(),
  };
}

const withoutContext = (): Error => new Error('Prisma runs statements inside the kit’s write() alone');

/** Prisma's statements outside a transaction, which would have no context. */
const outside = {
  queryRaw: () => Promise.reject(withoutContext()),
  executeRaw: () => Promise.reject(withoutContext()),
  executeScript: () => Promise.reject(withoutContext()),
} satisfies Partial<SqlDriverAdapter>;

/** Gives every transaction of the adapter the scope it was opened in. */
function scopedFactory(
  name: string,
  inner: SqlDriverAdapterFactory,
  scopes: AsyncLocalStorage<TransactionScope>,
  isLocking: () => boolean,
): SqlDriverAdapterFactory {
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    async connect() {
      const adapter = await inner.connect();
      const scoped: Pick<SqlDriverAdapter, 'startTransaction' | keyof typeof outside> = {
        ...outside,
        async startTransaction(isolationLevel) {
          const scope = scopes.getStore();
          if (!scope) throw withoutContext();
          const transaction = await adapter.startTransaction(isolationLevel);
          if (inner.provider === 'postgres') await setContext(transaction, scope.context);
          return override(transaction, scopedQueries(name, transaction, scope, isLocking));
        },
      };
      return override(adapter, scoped);
    },
  };
}

/** Sets the tenant context as the transaction's first statement; a failure gives the connection back. */
async function setContext(transaction: Transaction, context: DatabaseContext): Promise<void> {
  const args = contextValues(context);
  const argTypes = args.map(() => ({ scalarType: 'string', arity: 'scalar' }) as const);
  try {
    await transaction.queryRaw({ sql: contextSql, args, argTypes });
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

/** Counts each statement, puts the client's schema in the placeholder's place, and locks what is read to be changed. */
function scopedQueries(
  name: string,
  transaction: Transaction,
  { clientSchema }: TransactionScope,
  isLocking: () => boolean,
): Pick<SqlQueryable, 'queryRaw' | 'executeRaw'> {
  const prepare = (query: SqlQuery): SqlQuery => {
    // Values travel as parameters, so the text contains the placeholder only where Prisma names a table.
    const placed = clientSchema ? query.sql.replaceAll(placeholderSchema, `"${clientSchema}".`) : query.sql;
    const sql = isLocking() ? `${placed} FOR UPDATE` : placed;
    publishStatement(name, sql);
    return { ...query, sql };
  };
  return {
    queryRaw: (query) => transaction.queryRaw(prepare(query)),
    executeRaw: (query) => transaction.executeRaw(prepare(query)),
  };
}

/** The object with some of its methods replaced; the others still run on the object itself. */
function override<Target extends object>(target: Target, methods: Partial<Target>): Target {
  return new Proxy(target, {
    get(_, property) {
      if (property in methods) return Reflect.get(methods, property);
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import type { Sql } from 'sql-template-tag';
import type { AuditedTables } from '../audit/record.ts';
import { PostgresWakeUps } from '../changes/postgres-wake-ups.ts';
import { LocalWakeUps } from '../changes/wake-ups.ts';
import { system } from '../identity/identity.ts';
import { makeDatabase, type Database, type RequestDatabase } from './database.ts';
import { mysqlPool, mysqlRunner } from './mysql.ts';
import { asApplication, postgresPool, postgresRunner } from './postgres.ts';
import { preparedName } from './prepared.ts';
import { unconfined, type Walled, type Walls } from './walled.ts';
import { prismaWriter, type PrismaClientLike } from './write.ts';

export interface DatabaseSettings<Tx> {
  /** The domain that owns the database. */
  readonly name: string;
  /** `postgres://…` or `mysql://…`; it decides the driver. */
  readonly url: string;
  /** A read replica; reads of requests that have not written go there. */
  readonly replicaUrl?: string | undefined;
  /** The most connections held at once, to each server. */
  readonly poolSize: number;
  /** The domain's generated table descriptors: what audit knows the rows by. */
  readonly tables: AuditedTables;
  /** Makes the domain's generated Prisma client on an adapter. */
  readonly prisma: (adapter: SqlDriverAdapterFactory) => PrismaClientLike<Tx>;
}

/** A database that is only read, as the product itself sees it. */
export interface ReadDatabase extends Pick<RequestDatabase<unknown>, 'dialect' | 'many'> {
  close(): Promise<void>;
}

/** Opens a domain's database for reading, for tools beside the subgraph. */
export function connectForReading(name: string, url: string): ReadDatabase {
  const [dialect, runner] = isMysql(url)
    ? (['mysql', mysqlRunner(name, mysqlPool(url, 1))] as const)
    : (['postgres', postgresRunner(name, postgresPool(url, 1))] as const);
  return {
    dialect,
    // The driver cannot know the row's shape: the statement's aliases say it.
    many: async <Row>(statement: Sql) =>
      (await runner.run(unconfined('a tool of the operator', statement), system)) as Row[],
    close: () => runner.close(),
  };
}

const isMysql = (url: string): boolean => /^(mysql|mariadb):/.test(url);

/** What a database without row-level security needs beside. */
interface WalledSettings {
  /** The wall of each of its tables. */
  readonly walls: Walls;
}

/**
 * Opens a domain's database. Connections are made when the first statement needs one.
 * @throws TypeError when a MySQL database is given no walls, or a Postgres database some
 */
export function connectDatabase<Tx>(settings: DatabaseSettings<Tx> & WalledSettings): Database<Tx, Walled>;
export function connectDatabase<Tx>(settings: DatabaseSettings<Tx>): Database<Tx>;
export function connectDatabase<Tx>(settings: DatabaseSettings<Tx> & Partial<WalledSettings>): Database<Tx> {
  const { name, url, replicaUrl, poolSize, tables, walls, prisma: connect } = settings;
  if (isMysql(url) !== (walls !== undefined)) {
    throw new TypeError(
      `The ${name} database needs ${isMysql(url) ? 'walls: MySQL has no row-level security' : 'no walls but its policies'}`,
    );
  }
  if (isMysql(url)) {
    const pool = mysqlPool(url, poolSize);
    const wakeUps = new LocalWakeUps();
    return makeDatabase({
      name,
      dialect: 'mysql',
      walls,
      tables,
      wakeUps,
      primary: mysqlRunner(name, pool),
      replica: replicaUrl ? mysqlRunner(name, mysqlPool(replicaUrl, poolSize)) : undefined,
      writer: prismaWriter({
        name,
        tables,
        adapter: new PrismaMariaDb(pool, { database: new URL(url).pathname.slice(1) }),
        connect,
        wakeUps,
      }),
    });
  }
  const pool = postgresPool(url, poolSize);
  const adapter = new PrismaPg(pool, { statementNameGenerator: ({ sql }) => preparedName(sql) });
  const wakeUps = new PostgresWakeUps(name, asApplication(url), pool);
  return makeDatabase({
    name,
    dialect: 'postgres',
    tables,
    wakeUps,
    primary: postgresRunner(name, pool),
    replica: replicaUrl ? postgresRunner(name, postgresPool(replicaUrl, poolSize)) : undefined,
    writer: prismaWriter({ name, tables, adapter, connect, wakeUps }),
  });
}

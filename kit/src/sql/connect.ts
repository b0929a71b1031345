import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { makeDatabase, type Database } from './database.ts';
import { mysqlPool, mysqlRunner } from './mysql.ts';
import { postgresPool, postgresRunner } from './postgres.ts';
import type { Walled, Walls } from './walled.ts';
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
  /** Makes the domain's generated Prisma client on an adapter. */
  readonly prisma: (adapter: SqlDriverAdapterFactory) => PrismaClientLike<Tx>;
}

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
  const { name, url, replicaUrl, poolSize, prisma, walls } = settings;
  const isMysql = /^(mysql|mariadb):/.test(url);
  if (isMysql !== (walls !== undefined)) {
    throw new TypeError(
      `The ${name} database needs ${isMysql ? 'walls: MySQL has no row-level security' : 'no walls but its policies'}`,
    );
  }
  if (isMysql) {
    const pool = mysqlPool(url, poolSize);
    return makeDatabase({
      name,
      dialect: 'mysql',
      walls,
      primary: mysqlRunner(name, pool),
      replica: replicaUrl ? mysqlRunner(name, mysqlPool(replicaUrl, poolSize)) : undefined,
      writer: prismaWriter(
        name,
        new PrismaMariaDb(pool, { database: new URL(url).pathname.slice(1) }),
        prisma,
      ),
    });
  }
  const pool = postgresPool(url, poolSize);
  return makeDatabase({
    name,
    dialect: 'postgres',
    primary: postgresRunner(name, pool),
    replica: replicaUrl ? postgresRunner(name, postgresPool(replicaUrl, poolSize)) : undefined,
    writer: prismaWriter(name, new PrismaPg(pool), prisma),
  });
}

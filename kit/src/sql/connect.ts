import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { makeDatabase, type Database } from './database.ts';
import { mysqlPool, mysqlRunner } from './mysql.ts';
import { postgresPool, postgresRunner } from './postgres.ts';
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

/** Opens a domain's database. Connections are made when the first statement needs one. */
export function connectDatabase<Tx>(settings: DatabaseSettings<Tx>): Database<Tx> {
  const { name, url, replicaUrl, poolSize, prisma } = settings;
  if (/^(mysql|mariadb):/.test(url)) {
    const pool = mysqlPool(url, poolSize);
    return makeDatabase({
      name,
      dialect: 'mysql',
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

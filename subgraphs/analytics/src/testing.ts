import { createRequire } from 'node:module';
import { anIdentity } from '@cdx/access/testing';
import { makeLogger, newId, system, type Database, type Identity, type Subgraph } from '@cdx/kit';
import { aRequest, ask, testDatabaseUrl } from '@cdx/kit/testing';
import { execute, parse } from 'graphql';
import type { Sql } from 'sql-template-tag';
import type { Context, Transaction } from './context.ts';
import { openDatabase } from './database.ts';
import { createSubgraph, settingsSchema, type Settings } from './subgraph.ts';

/** The settings of the test run, and what a test wants different. */
export function testSettings(parts: Partial<Settings> = {}): Settings {
  return {
    ...settingsSchema.parse({ ANALYTICS_DATABASE_URL: testDatabaseUrl('ANALYTICS_DATABASE_URL') }),
    ...parts,
  };
}

/** The analytics subgraph on the test run's database. */
export function anAnalyticsSubgraph(settings: Partial<Settings> = {}): Subgraph {
  return createSubgraph(testSettings(settings), makeLogger('test', 'silent'));
}

/** The test run's database, as the subgraph opens it. */
export function anAnalyticsDatabase(): Database<Transaction> {
  return openDatabase(testSettings());
}

/** Somebody new in a tenant that nobody else is in, so that what a test writes is seen by no other test. */
export function aUser(
  parts: Partial<Identity> = {},
): Identity & { readonly userId: string; readonly tenantId: string } {
  const tenantId = parts.tenantId ?? `t_${newId().replaceAll('-', '')}`;
  return { ...anIdentity({ role: 'admin', ...parts }), tenantId, userId: parts.userId ?? newId() };
}

/** A superadmin, who belongs to no tenant. */
export const superadmin: Identity = anIdentity({ role: 'superadmin', userId: newId() });

/** What an event is, as far as a test cares. */
export interface AnEvent {
  readonly eventName?: string;
  readonly createdAt?: string;
  readonly userId?: string | null;
  readonly sessionId?: string | null;
  readonly deviceType?: string;
  readonly country?: string;
  readonly pageTitle?: string;
  readonly ipAddress?: string;
  readonly userAgent?: string;
}

/** Tracks events of a tenant as a service would; answers their ids. */
export async function tracked(
  subgraph: Subgraph,
  tenantId: string,
  events: readonly AnEvent[],
): Promise<string[]> {
  const inputs = events.map((event) => ({ eventName: 'page_view', tenantId, ...event }));
  const source = 'mutation ($inputs: [TrackEventInput!]!) { trackEvents(inputs: $inputs) { events { id } } }';
  const { trackEvents } = await ask<{ trackEvents: { events: { id: string }[] } }>(subgraph, system, source, {
    inputs,
  });
  return trackEvents.events.map(({ id }) => id);
}

/** A new dashboard of somebody; answers its id. */
export async function aDashboard(
  subgraph: Subgraph,
  who: Identity,
  input: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const source = 'mutation ($input: CreateDashboardInput!) { createDashboard(input: $input) { id } }';
  const { createDashboard } = await ask<{ createDashboard: { id: string } }>(subgraph, who, source, {
    input: { name: 'Sales', ...input },
  });
  return createDashboard.id;
}

interface Answer {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number;
}

interface Connection {
  connect(): Promise<void>;
  query(text: string, values?: readonly unknown[]): Promise<Answer>;
  end(): Promise<void>;
}

// The kit's driver: subgraphs reach the database through the kit, and only tests of the database go past it.
const { Client } = createRequire(new URL('../../../kit/package.json', import.meta.url))('pg') as {
  Client: new (settings: { connectionString: string }) => Connection;
};

/** Settings of the tenant context, by their names. */
export type ContextSettings = Readonly<Record<string, string>>;

/** The tenant context of a caller. */
export function contextOf({ tenantId, userId, role }: Identity): ContextSettings {
  return { 'app.tenant_id': tenantId ?? '', 'app.user_id': userId ?? '', 'app.role': role };
}

/** The test run's database past the kit. */
export class DirectDatabase {
  readonly #connection = new Client({ connectionString: testDatabaseUrl('ANALYTICS_DATABASE_URL') });

  connect(): Promise<void> {
    return this.#connection.connect();
  }

  /** One statement as the database's owner. */
  query(text: string, values?: readonly unknown[]): Promise<Answer> {
    return this.#connection.query(text, values);
  }

  /**
   * Statements in one transaction that is taken back, as the application's role unless as the owner.
   * @param values the parameters of each
   * @returns the last one's answer
   */
  async as(
    settings: ContextSettings,
    statements: readonly string[],
    {
      asOwner = false,
      values = [],
    }: { readonly asOwner?: boolean; readonly values?: readonly unknown[] } = {},
  ): Promise<Answer> {
    await this.#connection.query('begin');
    try {
      for (const [name, value] of Object.entries(settings)) {
        await this.#connection.query('select set_config($1, $2, true)', [name, value]);
      }
      if (!asOwner) await this.#connection.query('set local role cdx_app');
      let last: Answer = { rows: [], rowCount: 0 };
      for (const statement of statements) last = await this.#connection.query(statement, values);
      return last;
    } finally {
      await this.#connection.query('rollback');
    }
  }

  /** A statement as the owner, in a transaction of its own that is kept. */
  async commit(settings: ContextSettings, statement: string): Promise<Answer> {
    await this.#connection.query('begin');
    try {
      for (const [name, value] of Object.entries(settings)) {
        await this.#connection.query('select set_config($1, $2, true)', [name, value]);
      }
      return await this.#connection.query(statement);
    } finally {
      // After a failure it takes back what there is, which is nothing.
      await this.#connection.query('commit');
    }
  }

  end(): Promise<void> {
    return this.#connection.end();
  }
}

/** The SQLSTATE that some work fails with; null when it does not. */
export function sqlState(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: unknown) => (error as { code?: string }).code,
  );
}

/** The plans of the statements that a query sends, as the application's role runs them for the caller. */
export async function plansOf(
  subgraph: Subgraph,
  database: DirectDatabase,
  who: Identity,
  source: string,
): Promise<string[]> {
  const context = subgraph.createContext(aRequest(who)) as Context;
  const sent: Sql[] = [];
  const db: Context['db'] = {
    ...context.db,
    many(statement) {
      sent.push(statement);
      return context.db.many(statement);
    },
  };
  const { errors } = await execute({
    schema: subgraph.schema,
    document: parse(source),
    contextValue: { ...context, db },
  });
  if (errors?.[0]) throw errors[0];
  const plans: string[] = [];
  for (const { text, values } of sent) {
    const { rows } = await database.as(contextOf(who), [`explain ${text}`], { values });
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
  }
  return plans;
}

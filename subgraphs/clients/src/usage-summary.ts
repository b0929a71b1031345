import { badInput, tableName } from '@cdx/kit';
import { UsageRecord as table } from '@cdx/prisma-clients/tables';
import sql, { join, type Sql } from 'sql-template-tag';
import type { ClientResolvers, UsagePeriod } from '../generated/resolvers.ts';
import { keepClient, loadClient } from './client.ts';
import type { Context } from './context.ts';

export interface SummaryRow {
  readonly metric: string;
  readonly unit: string;
  readonly periodStart: Date;
  readonly quantity: string;
  readonly recordCount: number;
}

interface SummaryArguments {
  readonly from: Date;
  readonly to: Date;
  readonly by: UsagePeriod;
  readonly metric: string | null;
}

export const client: ClientResolvers = {
  usageSummary(parent, { from, to, by, metric }, context) {
    keepClient(context, parent);
    const args = { from: new Date(from), to: new Date(to), by, metric: metric ?? null };
    if (args.to <= args.from) throw badInput('to', 'after from');
    const loader = context.loaders.get<string, readonly SummaryRow[]>(
      `Client.usageSummary(${JSON.stringify(args)})`,
      (ids) => summaries(context, ids, args),
    );
    return loader.load(parent.id);
  },
};

/** The sums of many clients in one statement. */
async function summaries(
  context: Context,
  ids: readonly string[],
  args: SummaryArguments,
): Promise<readonly (readonly SummaryRow[])[]> {
  const clients = (await Promise.all(ids.map((id) => loadClient(context, id)))).flatMap((found) =>
    found && found.status !== 'provisioning' ? [found] : [],
  );
  if (clients.length === 0) return ids.map(() => []);
  const parts = clients.map(({ id, schemaName }) =>
    summary(id, tableName('postgres', table, schemaName), args),
  );
  const rows = await context.db.many<SummaryRow & { readonly clientId: string }>(
    sql`${join(parts, ' union all ')} order by metric, unit, "periodStart"`,
  );
  const byClient = Map.groupBy(rows, ({ clientId }) => clientId);
  return ids.map((id) => byClient.get(id) ?? []);
}

/** A record counts where it begins. */
function summary(clientId: string, place: Sql, { from, to, by, metric }: SummaryArguments): Sql {
  const start =
    by === 'total'
      ? sql`${from}::timestamptz`
      : sql`date_trunc(${by}::text, t.period_start at time zone 'UTC') at time zone 'UTC'`;
  return sql`select ${clientId}::text as "clientId", t.metric, t.unit, ${start} as "periodStart",
      sum(t.quantity)::text as quantity, count(*)::int as "recordCount"
    from ${place} t
    where t.period_start >= ${from}::timestamptz and t.period_start < ${to}::timestamptz
      and (${metric}::text is null or t.metric = ${metric}::text)
    group by 1, 2, 3, 4`;
}

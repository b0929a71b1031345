import { badInput } from '@cdx/kit';
import sql, { join, type Sql } from 'sql-template-tag';
import type { QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { happenedIn, visibleEvents } from './event.ts';
import { eventPeriod, type Period } from './period.ts';

/** A step with those who came this far. */
export interface FunnelStep {
  readonly name: string;
  readonly visitors: number;
  /** Their share of those who began; null when nobody did. */
  readonly conversion: number | null;
}

export const query: QueryResolvers = {
  async funnel(_, { steps, period, tenantId }, context) {
    checkSteps(steps);
    const [funnel = []] = await readFunnels(context, [steps], eventPeriod(period), tenantId);
    return funnel;
  },
};

function checkSteps(steps: readonly string[]): void {
  if (steps.length < 2 || steps.length > 8) throw badInput('steps', 'between 2 and 8 names of events');
  if (new Set(steps).size < steps.length) throw badInput('steps', 'names of events that are all different');
}

interface StepRow {
  readonly funnel: number;
  readonly step: number;
  readonly visitors: number;
}

/**
 * How many visitors went through the steps of each funnel in their order, all funnels in one statement. Who has
 * taken a step is looked for at the next from the earliest moment at which the step can have been taken, so nobody who
 * has gone through is missed.
 */
export async function readFunnels(
  context: Context,
  funnels: readonly (readonly string[])[],
  period: Period,
  tenantId?: string | null,
): Promise<FunnelStep[][]> {
  if (funnels.length === 0) return [];
  const names = [...new Set(funnels.flat())];
  const counts = funnels.map((steps, index) => sql`(${countSteps(steps, index)})`);
  const rows = await context.db.many<StepRow>(
    sql`with visits as materialized (
        select t.tenant_id, coalesce(t.user_id::text, t.session_id) as visitor, t.event_name, t.created_at
        from analytics.events t
        where ${visibleEvents(context, tenantId)} and ${happenedIn(period)} and t.event_name = any(${names}::text[])
          and (t.user_id is not null or t.session_id is not null)
      ) select * from (${join(counts, ' union all ')}) steps`,
  );
  const visitorsAt = new Map(rows.map(({ funnel, step, visitors }) => [`${funnel} ${step}`, visitors]));
  return funnels.map((steps, funnel) => {
    const begun = visitorsAt.get(`${funnel} 0`) ?? 0;
    return steps.map((name, step) => {
      const visitors = visitorsAt.get(`${funnel} ${step}`) ?? 0;
      return { name, visitors, conversion: begun === 0 ? null : visitors / begun };
    });
  });
}

/** Each step's visitors with the earliest moment at which they can have taken it, from the step before. */
function countSteps(steps: readonly string[], funnel: number): Sql {
  const reached = steps.map((name, step) => {
    const before = step === 0 ? sql`` : sql`join ${cte(step - 1)} b using (tenant_id, visitor)`;
    const later = step === 0 ? sql`` : sql`and v.created_at >= b.at`;
    return sql`${cte(step)} as (
      select v.tenant_id, v.visitor, min(v.created_at) as at from visits v ${before}
      where v.event_name = ${name} ${later} group by v.tenant_id, v.visitor
    )`;
  });
  const counted = steps.map(
    (_, step) =>
      sql`select ${funnel}::int as funnel, ${step}::int as step, count(*)::int as visitors from ${cte(step)}`,
  );
  return sql`with ${join(reached)} ${join(counted, ' union all ')}`;
}

const ctes = [sql`s0`, sql`s1`, sql`s2`, sql`s3`, sql`s4`, sql`s5`, sql`s6`, sql`s7`];

function cte(step: number): Sql {
  const name = ctes[step];
  if (!name) throw new RangeError(`A funnel has no step ${step}`);
  return name;
}

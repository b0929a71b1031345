import { day, type DemoWorld, type DomainDemo } from '@cdx/demo';
import { dashboardRows } from './dashboards.ts';
import { historyWeeks } from './season.ts';
import { eventRows } from './visits.ts';

/** The events of a year come into partitions that are there already. */
function makePartitions({ now }: DemoWorld): string[] {
  const first = new Date(now.getTime() - (historyWeeks * 7 + 1) * day);
  const [from, to] = [first, now].map((moment) => moment.toISOString().slice(0, 10));
  return [`select analytics.make_event_partitions('${from ?? ''}', '${to ?? ''}')`];
}

/** Rolls up all that has been marked, as the subgraph would after some minutes. */
const rollUp = `
  do $$
  declare
    kind analytics.metric_granularity;
  begin
    foreach kind in array enum_range(null::analytics.metric_granularity) loop
      while analytics.roll_up_batch(kind, null, 'infinity') is not null loop
      end loop;
    end loop;
  end $$`;

/** A year of visits to the shops of the tenants, rolled up, and dashboards that show them. */
export const demo: DomainDemo = {
  marker: 'analytics.events',
  before: makePartitions,
  plan: (world) => [
    ['analytics.events', world.tenants.flatMap((tenant, index) => eventRows(world, tenant, index))],
    ['analytics.dashboards', world.tenants.flatMap((tenant) => dashboardRows(world, tenant))],
  ],
  after: () => [rollUp],
};

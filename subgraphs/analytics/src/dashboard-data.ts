import { isUuid, notFound } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { QueryResolvers, WidgetType } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { parseConfig, type MetricWidget, type Widget } from './dashboard-config.ts';
import { readFunnels, type FunnelStep } from './funnel.ts';
import { checkSeries, dimensionOf, loadSeries, type Point, type Series } from './metric-series.ts';
import { eventPeriod, type Period } from './period.ts';
import { readTopEvents, type EventCount } from './top-events.ts';

/** What a widget shows: the part that its type has. */
export interface WidgetData {
  readonly id: string;
  readonly type: WidgetType;
  readonly title: string;
  readonly points?: readonly Point[];
  readonly total?: string;
  readonly events?: readonly EventCount[];
  readonly steps?: readonly FunnelStep[];
}

interface Shown {
  readonly tenantId: string;
  readonly config: unknown;
}

export const query: QueryResolvers = {
  async dashboardData(_, { id, period: input }, context) {
    const period = eventPeriod(input);
    const shown = isUuid(id)
      ? await context.db.one<Shown>(
          sql`select t.tenant_id as "tenantId", t.config from analytics.dashboards t where t.id = ${id}::uuid`,
        )
      : undefined;
    if (!shown) throw notFound('Dashboard', id);
    const { widgets } = parseConfig(shown.config, 'config');
    return readWidgets(context, widgets, period, shown.tenantId);
  },
};

/** The data of all widgets, in at most three statements: one for the series, one for the top events, one for the funnels. */
async function readWidgets(
  context: Context,
  widgets: readonly Widget[],
  period: Period,
  tenantId: string,
): Promise<WidgetData[]> {
  const funnels = widgets.filter((widget) => widget.type === 'funnel');
  const mostNames = Math.max(
    0,
    ...widgets.map((widget) => (widget.type === 'top_events' ? widget.first : 0)),
  );
  const metrics = widgets.filter((widget) => 'metric' in widget);
  // All are looked at before the first is read: a read that nobody waits for could fail unseen.
  const wanted = metrics.map((widget) => seriesOf(widget, period, tenantId));
  wanted.forEach(checkSeries);
  const [series, names, steps] = await Promise.all([
    Promise.all(wanted.map((series) => loadSeries(context, series))),
    mostNames === 0 ? [] : readTopEvents(context, period, mostNames, tenantId),
    readFunnels(
      context,
      funnels.map((funnel) => funnel.steps),
      period,
      tenantId,
    ),
  ]);
  return widgets.map((widget) => {
    const { id, type, title } = widget;
    const shown = { id, type, title };
    switch (widget.type) {
      case 'series':
        return { ...shown, points: series[metrics.indexOf(widget)] ?? [] };
      case 'number':
        return { ...shown, total: sum(series[metrics.indexOf(widget)] ?? []) };
      case 'top_events':
        return { ...shown, events: names.slice(0, widget.first) };
      case 'funnel':
        return { ...shown, steps: steps[funnels.indexOf(widget)] ?? [] };
    }
  });
}

function seriesOf(
  { metric: name, granularity, device, country }: MetricWidget,
  period: Period,
  tenantId: string,
): Series {
  const dimension = dimensionOf({ device, country });
  return { name, granularity, period, dimension, tenantId };
}

/** Values have four decimals at most, which a number holds exactly up to 9 · 10¹¹. */
function sum(points: readonly Point[]): string {
  return String(points.reduce((total, { value }) => total + Math.round(Number(value) * 10_000), 0) / 10_000);
}

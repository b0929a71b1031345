import { isSelected, loadEntity, loadPage, parsePeriod, type Readable } from '@cdx/kit';
import { Metric as table, type MetricRow } from '@cdx/prisma-analytics/tables';
import type { MetricResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { ofTenant } from './event.ts';
import { checkSeries, dimensionOf, loadSeries, type Point, type Series } from './metric-series.ts';

/** The metrics of the caller's tenant; of all for a superadmin. */
function readableMetrics(context: Context): Readable {
  return { table, order: { property: 'periodStart', direction: 'DESC' }, where: ofTenant(context) };
}

export const query: QueryResolvers = {
  metric: (_, { id }, context) => loadMetric(context, id),
  metrics: (_, args, context, info) =>
    loadPage<MetricRow>(context, readableMetrics(context), args, isSelected(info, 'totalCount')),
  metricSeries: (_, { name, granularity, period, dimensions, tenantId }, context) =>
    seriesOf(context, {
      name,
      granularity,
      period: parsePeriod(period),
      dimension: dimensionOf(dimensions ?? {}),
      tenantId: tenantId ?? null,
    }),
  activeUsers: (_, { granularity, period, tenantId }, context) =>
    seriesOf(context, {
      name: 'users',
      granularity,
      period: parsePeriod(period),
      dimension: null,
      tenantId: tenantId ?? null,
    }),
};

export const metric: MetricResolvers = {
  __resolveReference: ({ id }, context) => loadMetric(context, id),
  tenant: ({ tenantId: id }) => ({ id }),
};

function loadMetric(context: Context, id: string): Promise<MetricRow | null> {
  return loadEntity<MetricRow>(context, readableMetrics(context), id);
}

function seriesOf(context: Context, series: Series): Promise<readonly Point[]> {
  checkSeries(series);
  // Whom another tenant's metrics are refused is told so for this field, before it is put together with others.
  ofTenant(context, series.tenantId);
  return loadSeries(context, series);
}

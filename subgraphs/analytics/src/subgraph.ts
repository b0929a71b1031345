import { defineSubgraph, type Logger, type Subgraph } from '@cdx/kit';
import type { Resolvers } from '../generated/resolvers.ts';
import type { Services } from './context.ts';
import * as dashboardData from './dashboard-data.ts';
import * as dashboards from './dashboard.ts';
import { openDatabase } from './database.ts';
import * as events from './event.ts';
import * as forgetUser from './forget-user.ts';
import * as funnels from './funnel.ts';
import * as metrics from './metric.ts';
import * as rollUps from './roll-up.ts';
import { scheduleUpkeep } from './schedule.ts';
import * as search from './search.ts';
import type { Settings } from './settings.ts';
import * as summaries from './summary.ts';
import * as topEvents from './top-events.ts';
import * as tracking from './track-event.ts';

export { settingsSchema, type Settings } from './settings.ts';

/** The domain's contract. */
const schemaFile = new URL('../schema.graphql', import.meta.url);

const resolvers: Resolvers = {
  Query: {
    ...events.query,
    ...topEvents.query,
    ...funnels.query,
    ...metrics.query,
    ...dashboards.query,
    ...dashboardData.query,
    ...search.query,
  },
  Mutation: {
    ...tracking.mutation,
    ...rollUps.mutation,
    ...dashboards.mutation,
    ...forgetUser.mutation,
  },
  Event: events.event,
  TrackedEvents: tracking.trackedEvents,
  Metric: metrics.metric,
  Dashboard: dashboards.dashboard,
  AnalyticsSummary: summaries.analyticsSummary,
  Tenant: summaries.tenant,
  Platform: summaries.platform,
  User: { ...events.user, ...dashboards.user },
};

/** The analytics domain: events, the metrics that they are rolled up to, and dashboards that show these. */
export function createSubgraph(settings: Settings, log: Logger): Subgraph {
  const database = openDatabase(settings);
  const services: Services = { settings };
  return defineSubgraph({
    name: 'analytics',
    schemaFile,
    resolvers,
    database,
    services,
    log,
    close: scheduleUpkeep(database, settings, log),
  });
}

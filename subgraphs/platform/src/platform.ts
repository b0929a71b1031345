import { referToPlatform } from '@cdx/kit';
import sql from 'sql-template-tag';
import type { PlatformResolvers, QueryResolvers, TenantStatus } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import { requireOperator } from './operator.ts';

/** The one platform that there is. */
const platformId = 'platform';

/** What the domain counts over all tenants, in one statement. */
interface Figures {
  readonly tenantsByStatus: readonly { readonly status: TenantStatus; readonly count: number }[];
  readonly openSecurityEvents: number;
}

export const query: QueryResolvers = {
  platform(_, __, context) {
    requireOperator(context);
    return { id: platformId };
  },
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  async tenants(_, __, context) {
    const { tenantsByStatus } = await loadFigures(context);
    return tenantsByStatus.reduce((sum, { count }) => sum + count, 0);
  },
  tenantsByStatus: async (_, __, context) => (await loadFigures(context)).tenantsByStatus,
  openSecurityEvents: async (_, __, context) => (await loadFigures(context)).openSecurityEvents,
};

function loadFigures(context: Context): Promise<Figures> {
  const loader = context.loaders.get<string, Figures>('Platform.figures', async (keys) => {
    const figures = await context.db.one<Figures>(
      sql`select
          (select coalesce(jsonb_agg(jsonb_build_object('status', s.status, 'count', s.count) order by s.status), '[]')
            from (select t.status, count(*)::int as count from platform.tenants t group by t.status) s
          ) as "tenantsByStatus",
          (select count(*)::int from platform.security_events e where e.resolved_at is null) as "openSecurityEvents"`,
    );
    return keys.map(() => figures ?? new Error('The figures of the platform are one row'));
  });
  return loader.load(platformId);
}

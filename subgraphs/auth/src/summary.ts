import {
  isAnyOf,
  isSelected,
  loadSummary,
  parsePeriod,
  referToPlatform,
  referToTenant,
  walled,
} from '@cdx/kit';
import { AuthEvent, User, type UserRow } from '@cdx/prisma-auth/tables';
import sql, { type Sql } from 'sql-template-tag';
import type { AuthSummaryResolvers, PlatformResolvers, TenantResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

interface Counts {
  readonly totalUsers: number;
  readonly activeUsers: number;
  readonly lastActivity: Date | null;
  readonly usersByRole: readonly { readonly role: UserRow['role']; readonly count: number }[];
  readonly failedLogins24h: number;
}

/** The figures of a tenant's accounts, or of all. */
export interface AuthFigures extends Counts {
  /** Whose they are; null for those of all, who belong to a tenant or to none. */
  readonly tenantId: string | null;
}

/** What a role's holders in a tenant come to; the row without a role counts the logins that failed. */
interface FigureRow {
  readonly tenantId: string;
  readonly role: UserRow['role'] | null;
  readonly total: number;
  readonly active: number;
  readonly lastActivity: Date | null;
}

/** Tenants whose figures are wanted, each for itself; null for those of all as one. */
type Whose = readonly string[] | null;

/** Stands for the tenant in figures of all. */
const everybody = '';

export const tenant: TenantResolvers = {
  __resolveReference: referToTenant,
  async auth({ id }, _, context, info) {
    const withFailures = isSelected(info, 'failedLogins24h');
    const name = `Tenant.auth(${withFailures})`;
    const figures = await loadSummary<Counts>(context, name, id, countsOf([]), (tenantIds) =>
      readFigures(context, tenantIds, withFailures),
    );
    return figures && { ...figures, tenantId: id };
  },
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  activeUsers: async (_, __, context) => (await loadPlatform(context)).activeUsers,
  auth: (_, __, context) => loadPlatform(context),
};

export const authSummary: AuthSummaryResolvers = {
  newUsers({ tenantId }, { period }, context) {
    const { from, to } = parsePeriod(period);
    const name = `AuthSummary.newUsers(${JSON.stringify([from, to, tenantId === null])})`;
    const loader = context.loaders.get<string, number>(name, async (tenantIds) => {
      const whose = tenantId === null ? null : tenantIds;
      const rows = await context.db.many<Pick<FigureRow, 'tenantId' | 'total'>>(
        walled`select ${owner(whose)} as tenantId, count(*) as total from ${context.db.rowsOf(User)} t
          where t.created_at >= ${from} and t.created_at < ${to} and ${isOf(whose, sql`t.tenant_id`)} group by 1`,
      );
      const totals = new Map(rows.map((row) => [row.tenantId, row.total]));
      return tenantIds.map((id) => totals.get(id) ?? 0);
    });
    return loader.load(tenantId ?? everybody);
  },
  // Whoever is none of these sees the own failures alone, which are no figure of the tenant.
  failedLogins24h: ({ failedLogins24h }, _, { identity: { role } }) =>
    role === 'superadmin' || role === 'admin' || role === 'system' ? failedLogins24h : null,
};

function loadPlatform(context: Context): Promise<AuthFigures> {
  const loader = context.loaders.get<string, AuthFigures>('Platform.auth', async (keys) => {
    const [counts = countsOf([])] = await readFigures(context, null, true);
    return keys.map(() => ({ ...counts, tenantId: null }));
  });
  return loader.load(everybody);
}

/** The figures of those that have any, in one statement. */
async function readFigures(
  context: Context,
  whose: Whose,
  withFailures: boolean,
): Promise<(Counts & { readonly tenantId: string })[]> {
  const users = context.db.rowsOf(User);
  const byRole = walled`select ${owner(whose)} as tenantId, t.role, count(*) as total,
      count(case when t.is_active then 1 end) as active, max(t.last_activity) as lastActivity
    from ${users} t where ${isOf(whose, sql`t.tenant_id`)} group by 1, 2`;
  const events = context.db.rowsOf(AuthEvent);
  const failed = sql`t.event_type = 'failed_login' and t.created_at >= now(3) - interval 24 hour`;
  // An unknown address fails too, and is nobody's.
  const failures =
    whose === null
      ? walled`select ${everybody}, null, count(*), 0, null from ${events} t where ${failed}`
      : walled`select u.tenant_id, null, count(*), 0, null from ${events} t join ${users} u on u.id = t.user_id
          where ${failed} and ${isOf(whose, sql`u.tenant_id`)} group by 1`;
  const rows = await context.db.many<FigureRow>(
    withFailures ? walled`${byRole} union all ${failures}` : byRole,
  );
  return [...Map.groupBy(rows, ({ tenantId }) => tenantId)].map(([tenantId, ofOne]) => ({
    tenantId,
    ...countsOf(ofOne),
  }));
}

const owner = (whose: Whose): Sql => (whose === null ? sql`${everybody}` : sql`t.tenant_id`);

function isOf(whose: Whose, column: Sql): Sql {
  return whose === null ? sql`true` : isAnyOf('mysql', User.columns.tenantId, column, whose);
}

function countsOf(rows: readonly FigureRow[]): Counts {
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const roles = rows.flatMap(({ role, ...row }) => (role === null ? [] : [{ role, ...row }]));
  const seen = roles.flatMap(({ lastActivity }) => (lastActivity ? [lastActivity.getTime()] : []));
  return {
    totalUsers: sum(roles.map(({ total }) => total)),
    activeUsers: sum(roles.map(({ active }) => active)),
    lastActivity: seen.length === 0 ? null : new Date(Math.max(...seen)),
    usersByRole: roles
      .map(({ role, total }) => ({ role, count: total }))
      .toSorted((a, b) => b.count - a.count || a.role.localeCompare(b.role)),
    failedLogins24h: sum(rows.flatMap(({ role, total }) => (role === null ? [total] : []))),
  };
}

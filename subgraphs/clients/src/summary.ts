import { isSelected, loadSummary, parsePeriod, referToPlatform, referToTenant } from '@cdx/kit';
import type { GraphQLResolveInfo } from 'graphql';
import sql, { type Sql } from 'sql-template-tag';
import type { AgentSummaryResolvers, PlatformResolvers, TenantResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';

interface Counts {
  readonly instances: number;
  readonly running: number;
  readonly executions: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** The agents of a tenant's clients and what they did in the last 24 hours; or those of all clients. */
export interface AgentFigures extends Counts {
  /** Whose they are; null for those of all clients. */
  readonly tenantId: string | null;
}

/** Stands for the tenant in figures of all. */
const everybody = '';

/** The parts of the figures, each of which costs a look into every client's schema. */
interface Parts {
  readonly agents: boolean;
  readonly executions: boolean;
}

const nothing: Counts = { instances: 0, running: 0, executions: 0, succeeded: 0, failed: 0 };
const lastDay = sql`now() - interval '24 hours', 'infinity'`;

export const tenant: TenantResolvers = {
  __resolveReference: referToTenant,
  async agents({ id }, _, context, info) {
    const parts = selectedParts(info);
    const name = `Tenant.agents(${JSON.stringify(parts)})`;
    const figures = await loadSummary<Counts>(context, name, id, nothing, (tenantIds) =>
      readFigures(context, tenantIds, lastDay, parts),
    );
    return figures && { ...figures, tenantId: id };
  },
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  agents: (_, __, context, info) => loadPlatform(context, selectedParts(info)),
  agentExecutions24h: async (_, __, context) =>
    (await loadPlatform(context, { agents: false, executions: true })).executions,
};

export const agentSummary: AgentSummaryResolvers = {
  executions24h: ({ executions }) => executions,
  failureRate: ({ succeeded, failed }) => (succeeded + failed === 0 ? null : failed / (succeeded + failed)),
  executions({ tenantId }, { period }, context) {
    const { from, to } = parsePeriod(period);
    const span = sql`${from}::timestamptz, ${to}::timestamptz`;
    const name = `AgentSummary.executions(${JSON.stringify([from, to, tenantId === null])})`;
    const loader = context.loaders.get<string, number>(name, async (tenantIds) => {
      const whose = tenantId === null ? null : tenantIds;
      const rows = await readFigures(context, whose, span, { agents: false, executions: true });
      const counts = new Map(rows.map((row) => [row.tenantId, row.executions]));
      return tenantIds.map((id) => counts.get(id) ?? 0);
    });
    return loader.load(tenantId ?? everybody);
  },
};

function selectedParts(info: GraphQLResolveInfo): Parts {
  return {
    agents: isSelected(info, 'instances') || isSelected(info, 'running'),
    executions: isSelected(info, 'executions24h') || isSelected(info, 'failureRate'),
  };
}

function loadPlatform(context: Context, parts: Parts): Promise<AgentFigures> {
  const loader = context.loaders.get<string, AgentFigures>(
    `Platform.agents(${JSON.stringify(parts)})`,
    async (keys) => {
      const [counts = nothing] = await readFigures(context, null, lastDay, parts);
      return keys.map(() => ({ ...counts, tenantId: null }));
    },
  );
  return loader.load(everybody);
}

/**
 * The figures of the tenants that have clients, in one statement over the schemas of all of these.
 * @param tenantIds null for all tenants as one
 * @param span the first moment and the end of the time whose executions count
 */
async function readFigures(
  { db }: Context,
  tenantIds: readonly string[] | null,
  span: Sql,
  { agents, executions }: Parts,
): Promise<(Counts & { readonly tenantId: string })[]> {
  if (!agents && !executions) return [];
  const owner = tenantIds === null ? sql`${everybody}::text` : sql`f.tenant_id`;
  return db.many<Counts & { readonly tenantId: string }>(
    sql`select ${owner} as "tenantId", sum(f.instances)::int as instances, sum(f.running)::int as running,
        sum(f.executions)::int as executions, sum(f.succeeded)::int as succeeded, sum(f.failed)::int as failed
      from clients.agent_figures(${tenantIds && [...tenantIds]}::text[], ${span}, ${agents}, ${executions}) f group by 1`,
  );
}

import {
  currency as currencyInput,
  isSelected,
  loadSummary,
  parseInput,
  parsePeriod,
  referToPlatform,
  referToTenant,
  sumAmounts,
} from '@cdx/kit';
import type { GraphQLResolveInfo } from 'graphql';
import type { CrmSummaryResolvers, PlatformResolvers, TenantResolvers } from '../generated/resolvers.ts';
import type { Context } from './context.ts';
import {
  figuresStatement,
  wonStatement,
  type FiguresRow,
  type LeadGroup,
  type Parts,
  type Period,
  type Won,
} from './figures.ts';
import { leadStages } from './stages.ts';

/** A summary: all of its fields follow from these figures, but for what was won in a period. */
export type Summary = FiguresRow;

export const tenant: TenantResolvers = {
  __resolveReference: referToTenant,
  crm({ id }, _, context, info) {
    const parts = partsOf(info);
    const name = `Tenant.crm(${JSON.stringify(parts)})`;
    return loadSummary(context, name, id, emptyOf(id), (ids) =>
      context.db.many<Summary>(figuresStatement(ids, parts)),
    );
  },
};

export const platform: PlatformResolvers = {
  __resolveReference: referToPlatform,
  crm: async (_, __, context, info) =>
    (await context.db.one<Summary>(figuresStatement(null, partsOf(info)))) ?? emptyOf(''),
};

export const summary: CrmSummaryResolvers = {
  totalLeads: ({ leads }) => countOf(leads),
  openLeads: ({ leads }) => countOf(leads.filter(isOpen)),
  wonLeads: ({ leads }) => countOf(leads.filter(({ isWon }) => isWon)),
  lostLeads: ({ leads }) => countOf(leads.filter((group) => !isOpen(group) && !group.isWon)),
  mainCurrency: ({ leads }) => mainCurrencyOf(leads),
  pipelineValue: ({ leads }, { currency }) => valueOf(leads.filter(isOpen).filter(isIn(leads, currency))),
  weightedPipelineValue: ({ leads }, { currency }) =>
    sumAmounts(
      leads
        .filter(isOpen)
        .filter(isIn(leads, currency))
        .map(({ weightedValue }) => weightedValue),
    ),
  pipelineValues({ leads }) {
    const open = Map.groupBy(leads.filter(isOpen), ({ currency }) => currency);
    return [...open].map(([currency, groups]) => ({ currency, amount: valueOf(groups) }));
  },
  avgProbability({ leads }) {
    const open = leads.filter(isOpen);
    const sum = open.reduce((total, { probability }) => total + probability, 0);
    return open.length === 0 ? null : sum / countOf(open);
  },
  leadsByStage({ leads }, { currency }) {
    const summed = leads.filter(isIn(leads, currency));
    return leadStages.map((stage) => ({
      stage,
      count: countOf(leads.filter((group) => group.stage === stage)),
      value: valueOf(summed.filter((group) => group.stage === stage)),
    }));
  },
  async wonValue({ tenantId, leads }, { currency, period }, context) {
    const won = period
      ? await wonIn(context, tenantId, parsePeriod(period))
      : leads.filter(({ isWon }) => isWon);
    return valueOf(won.filter(isIn(leads, currency)));
  },
};

const emptyOf = (tenantId: string): Summary => ({
  tenantId,
  totalCustomers: 0,
  activeCustomers: 0,
  leads: [],
});

/** The tables that the selected fields follow from. */
function partsOf(info: GraphQLResolveInfo): Parts {
  const selected = (...names: readonly string[]): boolean => names.some((name) => isSelected(info, name));
  return {
    customers: selected('totalCustomers', 'activeCustomers'),
    leads: selected(
      ...['totalLeads', 'openLeads', 'wonLeads', 'lostLeads', 'leadsByStage', 'avgProbability', 'wonValue'],
      ...['mainCurrency', 'pipelineValue', 'pipelineValues', 'weightedPipelineValue'],
    ),
  };
}

const isOpen = ({ stage }: LeadGroup): boolean => stage !== 'closed';

const countOf = (groups: readonly LeadGroup[]): number => groups.reduce((sum, { count }) => sum + count, 0);

const valueOf = (groups: readonly Pick<LeadGroup, 'value'>[]): string =>
  sumAmounts(groups.map(({ value }) => value));

/** The currency of most leads; the groups are in the order of their currencies. */
function mainCurrencyOf(leads: readonly LeadGroup[]): string | null {
  const counts = [...Map.groupBy(leads, ({ currency }) => currency)].map(
    ([currency, groups]) => [currency, countOf(groups)] as const,
  );
  const most = Math.max(...counts.map(([, count]) => count));
  return counts.find(([, count]) => count === most)?.[0] ?? null;
}

/** Whether something is of the currency that is asked for, or else of the main one of the leads: others are not added. */
function isIn(leads: readonly LeadGroup[], wanted: string | null | undefined) {
  const asked = wanted == null ? mainCurrencyOf(leads) : parseInput(currencyInput, wanted, 'currency');
  return ({ currency }: Pick<LeadGroup, 'currency'>): boolean => currency === asked;
}

/** What was won in a period; that of all tenants which are asked for at once is read at once. */
function wonIn({ db, loaders }: Context, tenantId: string, period: Period): Promise<readonly Won[]> {
  const loader = loaders.get<string, readonly Won[]>(
    `CrmSummary.wonValue(${JSON.stringify([period, tenantId === ''])})`,
    async (ids) => {
      const rows = await db.many<Won>(wonStatement(tenantId === '' ? null : ids, period));
      const byTenant = Map.groupBy(rows, (row) => row.tenantId);
      return ids.map((id) => byTenant.get(id) ?? []);
    },
  );
  return loader.load(tenantId);
}

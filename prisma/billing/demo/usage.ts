import { seeded, type DemoWorld, type Row } from '@cdx/demo';
import type { DemoPeriod, DemoSubscription } from './subscriptions.ts';

/** What was used in one period of a subscription, of one metric. */
export interface DemoUsage {
  readonly metric: string;
  readonly quantity: number;
  readonly unitPrice: string;
  /** What it comes to: the quantities are such that no part of a cent is left. */
  readonly cents: number;
  readonly period: DemoPeriod;
  /** Its row, with the invoice that charges it. */
  readonly row: (invoiceId: string | null) => Row;
}

/** What is counted, in which lots, and what a lot costs. */
const metrics = [
  { metric: 'api_calls', lot: 500, unitPrice: '0.0020', lotCents: 100, most: 60 },
  { metric: 'storage_gb', lot: 10, unitPrice: '0.0900', lotCents: 90, most: 20 },
] as const;

/** The usage of a period, which is charged after it; none where the plan is not metered. */
export function usageOf(
  world: DemoWorld,
  { id, customer, plan }: DemoSubscription,
  period: DemoPeriod,
  index: number,
): DemoUsage[] {
  if (!plan.isMetered) return [];
  return metrics.map(({ metric, lot, unitPrice, lotCents, most }) => {
    const path = `usage ${id} ${metric} ${index}`;
    const lots = seeded(path).number.int({ min: 1, max: most });
    const usedUntil = period.end <= world.now ? period.end : world.now;
    const row = (invoiceId: string | null): Row => ({
      ...{ id: world.id(path, period.start), tenant_id: customer.tenant.id, subscription_id: id, metric },
      ...{ quantity: lots * lot, unit_price: unitPrice, period_start: period.start, period_end: usedUntil },
      ...{ invoice_id: invoiceId, recorded_at: usedUntil },
    });
    return { metric, quantity: lots * lot, unitPrice, cents: lots * lotCents, period, row };
  });
}

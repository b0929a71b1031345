import { seeded, weighted, type DemoCustomer, type DemoWorld, type Row } from '@cdx/demo';
import { daysAfter, monthsAfter } from './calendar.ts';
import type { DemoPlan } from './plans.ts';

/** A period of a subscription that has been charged. */
export interface DemoPeriod {
  readonly start: Date;
  readonly end: Date;
}

/** A subscription with the periods that it has had. */
export interface DemoSubscription {
  readonly id: string;
  readonly customer: DemoCustomer;
  readonly plan: DemoPlan;
  /** The oldest first; none in a trial. */
  readonly periods: readonly DemoPeriod[];
  readonly cancelledAt: Date | null;
  /** Its row, once it is known whether an invoice of it is overdue. */
  readonly row: (isLate: boolean) => Row;
}

const reasons = ['Too dear', 'Not needed any more', 'Moved to another product', 'The project is over'];

/** How often each plan is chosen, in their order. */
const shares = [34, 28, 18, 8, 4, 8];

/** The subscription of a customer; one in four has none. */
export function subscriptionOf(
  world: DemoWorld,
  customer: DemoCustomer,
  plansOf: (currency: string) => readonly DemoPlan[],
): DemoSubscription | null {
  const random = seeded(`subscription ${customer.id}`);
  const start = daysAfter(customer.createdAt, random.number.float({ max: 4 }));
  if (random.number.float() < 0.25 || start >= world.now) return null;
  // One in twelve pays in another currency than the tenant's.
  const currency =
    random.number.float() < 1 / 12 ? foreign(customer.tenant.currency) : customer.tenant.currency;
  const choices = plansOf(currency).map((value, index) => ({ value, weight: shares[index] ?? 1 }));
  const plan = random.helpers.weightedArrayElement(choices);
  const end = weighted(random, { open: 82, ended: 12, ending: 6 });
  const [lasts, reason] = [random.number.int({ min: 1, max: 6 }), random.helpers.arrayElement(reasons)];
  const trialEnd = plan.trialDays > 0 ? daysAfter(start, plan.trialDays) : null;
  const anchor = trialEnd ?? start;
  const periods = periodsUntil(world.now, anchor, plan.months, end === 'ended' ? lasts : Infinity);
  const last = periods.at(-1) ?? { start, end: anchor };
  const cancelledAt = last.end <= world.now ? last.end : null;
  const isEnding = cancelledAt !== null || end === 'ending';
  const id = world.id(`subscription ${customer.id}`, start);
  const row = (isLate: boolean): Row => ({
    ...{ id, tenant_id: customer.tenant.id, customer_id: customer.id, plan_id: plan.id },
    status: cancelledAt ? 'cancelled' : periods.length === 0 ? 'trialing' : isLate ? 'past_due' : 'active',
    ...{ trial_start: trialEnd && start, trial_end: trialEnd, billing_anchor: anchor },
    ...{ current_period_start: last.start, current_period_end: last.end },
    ...{ cancel_at_period_end: isEnding, cancelled_at: cancelledAt, cancel_reason: isEnding ? reason : null },
    ...{ credits: [], metadata: { channel: customer.business.key } },
    ...{ created_at: start, updated_at: cancelledAt ?? last.start },
  });
  return { id, customer, plan, periods, cancelledAt, row };
}

/** The periods that have begun by now, at most so many. */
function periodsUntil(now: Date, anchor: Date, months: number, most: number): DemoPeriod[] {
  const periods: DemoPeriod[] = [];
  for (let start = anchor; start <= now && periods.length < most;) {
    const end = monthsAfter(anchor, months * (periods.length + 1));
    periods.push({ start, end });
    start = end;
  }
  return periods;
}

function foreign(currency: string): string {
  return currency === 'EUR' ? 'USD' : 'EUR';
}

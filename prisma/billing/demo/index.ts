import { customersOf, type DemoWorld, type DomainDemo, type Row } from '@cdx/demo';
import { chargesOf, type DemoInvoice } from './invoices.ts';
import { plansIn } from './plans.ts';
import { subscriptionOf } from './subscriptions.ts';

/** A year of subscriptions of the customers that crm has, with their invoices, payments and usage. */
export const demo: DomainDemo = {
  marker: 'billing.plans',
  plan(world) {
    const currencies = [...new Set([...world.tenants.map(({ currency }) => currency), 'EUR', 'USD'])];
    const plans = new Map(currencies.map((currency) => [currency, plansIn(world, currency)]));
    const charged = world.tenants
      .flatMap((tenant) => customersOf(world, tenant))
      .flatMap((customer) => {
        const subscription = subscriptionOf(world, customer, (currency) => plans.get(currency) ?? []);
        return subscription ? [{ subscription, ...chargesOf(world, subscription) }] : [];
      });
    const invoices = charged.flatMap((one) => one.invoices);
    return [
      ['billing.plans', [...plans.values()].flat().map(({ row }) => row)],
      [
        'billing.subscriptions',
        charged.map((one) => one.subscription.row(one.invoices.some(({ isLate }) => isLate))),
      ],
      ...numbered(world, invoices),
      ['billing.payments', invoices.flatMap(({ payments }) => payments)],
      ['billing.usage_records', charged.flatMap(({ usage }) => usage)],
    ];
  },
};

/** The invoices with their numbers, which each tenant counts in the order of issue, and the last number of each tenant. */
function numbered(
  { tenants }: DemoWorld,
  invoices: readonly DemoInvoice[],
): [['billing.invoices', Row[]], ['billing.invoice_numbers', Row[]]] {
  const byTenant = Map.groupBy(invoices, ({ tenant }) => tenant.id);
  const inOrder = tenants.map(({ id }) => ({
    id,
    issued: (byTenant.get(id) ?? []).toSorted(
      (one, other) => one.issuedAt.getTime() - other.issuedAt.getTime(),
    ),
  }));
  const number = (tenant: string, index: number): string => `${tenant}-${String(index + 1).padStart(6, '0')}`;
  return [
    [
      'billing.invoices',
      inOrder.flatMap(({ id, issued }) => issued.map(({ row }, index) => row(number(id, index)))),
    ],
    [
      'billing.invoice_numbers',
      inOrder
        .filter(({ issued }) => issued.length > 0)
        .map(({ id, issued }) => ({ tenant_id: id, last_number: issued.length })),
    ],
  ];
}

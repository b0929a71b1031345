import { customersOf, type DomainDemo } from '@cdx/demo';
import { customerRow } from './customers.ts';
import { interactionsOf } from './interactions.ts';
import { leadsOf } from './leads.ts';
import { pipelineRow, pipelinesOf } from './pipelines.ts';

/** A year of customers, of the leads that they brought, and of what was said with them. */
export const demo: DomainDemo = {
  marker: 'crm.customers',
  plan(world) {
    const pipelines = new Map(world.tenants.map((tenant) => [tenant.id, pipelinesOf(world, tenant)]));
    const customers = world.tenants
      .flatMap((tenant) => customersOf(world, tenant))
      .map((customer) => ({
        customer,
        leads: leadsOf(world, customer, pipelines.get(customer.tenant.id) ?? []),
      }));
    return [
      ['crm.customers', customers.map(({ customer }) => customerRow(customer))],
      ['crm.pipelines', [...pipelines.values()].flat().map(pipelineRow)],
      ['crm.leads', customers.flatMap(({ leads }) => leads.map(({ row }) => row))],
      [
        'crm.interactions',
        customers.flatMap(({ customer, leads }) => interactionsOf(world, customer, leads)),
      ],
    ];
  },
};

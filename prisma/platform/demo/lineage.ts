import type { DemoWorld, Row } from '@cdx/demo';

/** Ways of data past the graph: what goes to and comes from systems that have no subgraph. */
const ways = [
  ['web-tracker', 'PageView', 'analytics', 'Event.eventData', 'feeds', 'The script on tenants’ pages.'],
  ['billing', 'Invoice', 'accounting', 'ledger.entries', 'exports', 'Once a month, after closing.'],
  ['crm', 'Customer', 'newsletter', 'subscribers.email', 'copies', 'For those who have agreed.'],
  ['notifications', 'Delivery', 'mail-relay', 'message.recipient', 'sends', 'With every mail.'],
] as const;

/** The recorded lineage. */
export function lineageRows(world: DemoWorld): Row[] {
  return ways.map(([sourceService, sourceType, targetService, targetField, relation, description]) => ({
    id: world.id(`lineage ${sourceType} ${targetField}`, world.superadmin.createdAt),
    source_service: sourceService,
    source_type: sourceType,
    target_service: targetService,
    target_field: targetField,
    relation,
    description,
  }));
}

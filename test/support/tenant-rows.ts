/** What is really there of a tenant, in all databases. */
import { rowsOf } from './sql.ts';

/** How many of each thing a tenant has, in all databases. */
export async function belongingsOf(id: string): Promise<Record<string, number>> {
  const counts = async (domain: string, statement: string): Promise<Record<string, number>> => {
    const parameters = statement.includes('?') ? (statement.match(/\?/g) ?? []).map(() => id) : [id];
    const [row] = await rowsOf<Record<string, number>>(domain, statement, parameters);
    return row ?? {};
  };
  const all = [
    await counts('platform', `select count(*)::int as tenants from platform.tenants where id = $1`),
    await counts(
      'auth',
      `select (select count(*) from organizations where tenant_id = ?) as organizations,
        (select count(*) from users where tenant_id = ?) as users`,
    ),
    await counts(
      'clients',
      `select (select count(*)::int from clients.clients_info where client_id = $1) as clients,
        (select count(*)::int from information_schema.schemata where schema_name = 'client_' || $1) as schemas`,
    ),
    await counts(
      'crm',
      `select (select count(*)::int from crm.pipelines where tenant_id = $1) as pipelines,
        (select count(*)::int from crm.customers where tenant_id = $1) as customers`,
    ),
    await counts('cms', 'select count(*)::int as types from cms.content_types where tenant_id = $1'),
    await counts(
      'billing',
      `select (select count(*)::int from billing.subscriptions where tenant_id = $1) as subscriptions,
        (select count(*)::int from billing.invoices where tenant_id = $1) as invoices`,
    ),
  ];
  return Object.assign({}, ...all) as Record<string, number>;
}

/** What a tenant has when it is provisioned, and when that was undone. */
export const everything = {
  ...{ tenants: 1, organizations: 1, users: 1, clients: 1, schemas: 1, pipelines: 1, customers: 1, types: 2 },
  ...{ subscriptions: 1, invoices: 1 },
};
export const nothing = Object.fromEntries(Object.keys(everything).map((name) => [name, 0]));

/** What a tenant looks like that is in use, and one that is in the archive. */
export const inUse = {
  tenant: 'active',
  isOpen: 1,
  client: 'active',
  subscription: { ends: false, reason: null },
};
export const archived = {
  tenant: 'archived',
  isOpen: 0,
  client: 'archived',
  subscription: { ends: true, reason: 'No longer ours' },
};

/** How a provisioned tenant stands in all databases. */
export async function standingOf(id: string): Promise<unknown> {
  const [tenant] = await rowsOf<{ status: string }>(
    'platform',
    'select status from platform.tenants where id = $1',
    [id],
  );
  const [access] = await rowsOf<{ isOpen: number }>(
    'auth',
    'select is_active as isOpen from organizations where tenant_id = ?',
    [id],
  );
  const [client] = await rowsOf<{ status: string }>(
    'clients',
    'select status from clients.clients_info where client_id = $1',
    [id],
  );
  const [subscription] = await rowsOf(
    'billing',
    'select cancel_at_period_end as ends, cancel_reason as reason from billing.subscriptions where tenant_id = $1',
    [id],
  );
  return { tenant: tenant?.status, isOpen: access?.isOpen, client: client?.status, subscription };
}

/**
 * The figures of tenants, worked out a second time and another way: by plain statements sent to the databases past the
 * product, one tenant at a time. What the graph says is held against them.
 */
import { domainFolders } from '@cdx/kit/domains';
import pg from 'pg';
import { openDatabase } from './sql.ts';

type Row = Readonly<Record<string, string | number | null>>;

/** The databases, past every wall. */
export interface Books {
  figuresOf(tenantId: string): Promise<Readonly<Record<string, unknown>>>;
  /** Those of the platform as a whole, with the currencies by name. */
  figuresOfAll(): Promise<Readonly<Record<string, unknown>>>;
  /** The ids of all tenants, by name. */
  tenants(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens the databases of the test run. */
export function openBooks(): Books {
  const databases = new Map(domainFolders.map(({ name }) => [name, openDatabase(name)]));
  const rows: Rows = async <Found>(domain: string, statement: string, ...values: readonly unknown[]) => {
    const database = databases.get(domain);
    if (!database) throw new Error(`There is no connection to ${domain}`);
    return database.rows<Found>(statement, values);
  };
  return {
    async tenants() {
      const found = await rows('platform', 'select id from platform.tenants order by name, id');
      return found.map(({ id }) => String(id));
    },
    async figuresOf(tenant) {
      return {
        auth: await accounts(rows, tenant),
        agents: await agents(rows, tenant),
        crm: await leads(rows, tenant),
        cms: await content(rows, tenant),
        billing: await money(rows, tenant),
        analytics: await events(rows, tenant),
        notifications: await notices(rows, tenant),
      };
    },
    async figuresOfAll() {
      const [tenants] = await rows('platform', 'select count(*)::int as n from platform.tenants');
      const [users] = await rows('auth', 'select count(*) as n from users where is_active');
      const all = await subscriptions(rows);
      return {
        tenants: tenants?.n,
        activeUsers: users?.n,
        mrr: [...Map.groupBy(all, ({ currency }) => String(currency))]
          .map(([currency, some]) => ({ amount: monthly(some), currency }))
          .filter(({ amount }) => amount !== '0.00')
          .toSorted((a, b) => (a.currency < b.currency ? -1 : 1)),
        agentExecutions24h: (await executions(rows)).length,
      };
    },
    async close() {
      await Promise.all([...databases.values()].map((database) => database.close()));
    },
  };
}

type Rows = <Found = Row>(
  domain: string,
  statement: string,
  ...values: readonly unknown[]
) => Promise<Found[]>;

async function accounts(rows: Rows, tenant: string): Promise<object> {
  const users = await rows<{ active: number; seen: Date | null }>(
    'auth',
    'select is_active as active, last_activity as seen from users where tenant_id = ?',
    tenant,
  );
  const seen = users.flatMap((user) => (user.seen ? [user.seen.getTime()] : []));
  return {
    totalUsers: users.length,
    activeUsers: users.filter(({ active }) => active === 1).length,
    lastActivity: seen.length === 0 ? null : new Date(Math.max(...seen)).toISOString(),
  };
}

async function agents(rows: Rows, tenant: string): Promise<object> {
  let instances = 0;
  for (const schema of await schemasOf(rows, tenant)) {
    const [row] = await rows('clients', `select count(*)::int as n from ${schema}.agent_instances`);
    instances += Number(row?.n);
  }
  const statuses = await executions(rows, tenant);
  const [succeeded, failed] = ['succeeded', 'failed'].map(
    (wanted) => statuses.filter((status) => status === wanted).length,
  ) as [number, number];
  const ended = succeeded + failed;
  return { instances, executions24h: statuses.length, failureRate: ended === 0 ? null : failed / ended };
}

/** The schemas of a tenant's clients, or of all. */
async function schemasOf(rows: Rows, tenant: string | null): Promise<string[]> {
  const found = await rows(
    'clients',
    `select schema_name as name from clients.clients_info
     where ($1::text is null or tenant_id = $1) and status <> 'provisioning'`,
    tenant,
  );
  return found.map(({ name }) => pg.escapeIdentifier(String(name)));
}

/** The status of each execution of the last day, of a tenant's agents or of all. */
async function executions(rows: Rows, tenant: string | null = null): Promise<string[]> {
  const statuses: string[] = [];
  for (const schema of await schemasOf(rows, tenant)) {
    const since = "created_at >= now() - interval '1 day'";
    const found = await rows('clients', `select status from ${schema}.workflow_executions where ${since}`);
    statuses.push(...found.map(({ status }) => String(status)));
  }
  return statuses;
}

const stages = ['prospect', 'qualified', 'proposal', 'negotiation', 'closed'];

async function leads(rows: Rows, tenant: string): Promise<object> {
  const [customers] = await rows(
    'crm',
    'select count(*)::int as n from crm.customers where tenant_id = $1',
    tenant,
  );
  const all = await rows(
    'crm',
    'select stage::text, currency, (value * 100)::bigint::text as cents, probability from crm.leads where tenant_id = $1',
    tenant,
  );
  const main = mostFrequent(all.map(({ currency }) => String(currency)));
  const open = all.filter(({ stage }) => stage !== 'closed');
  const centsOf = (some: readonly Row[]): string =>
    inUnits(
      some
        .filter(({ currency }) => currency === main)
        .reduce((sum, { cents }) => sum + BigInt(cents ?? 0), 0n),
    );
  return {
    totalCustomers: customers?.n,
    totalLeads: all.length,
    pipelineValue: centsOf(open),
    avgProbability:
      open.length === 0
        ? null
        : open.reduce((sum, { probability }) => sum + Number(probability), 0) / open.length,
    leadsByStage: stages.map((stage) => {
      const there = all.filter((lead) => lead.stage === stage);
      return { stage: stage.toUpperCase(), count: there.length, value: centsOf(there) };
    }),
  };
}

async function content(rows: Rows, tenant: string): Promise<object> {
  const items = await rows(
    'cms',
    'select status::text from cms.content_items where tenant_id = $1 and parent_id is null',
    tenant,
  );
  return { items: items.length, published: items.filter(({ status }) => status === 'published').length };
}

/** What runs for a tenant, or for all, with the months that its price is for. */
function subscriptions(rows: Rows, tenant: string | null = null): Promise<Row[]> {
  return rows(
    'billing',
    `select p.currency, s.status::text, (p.amount * 100)::bigint::text as cents,
       p.interval_count * case p."interval" when 'year' then 12 else 1 end as months
     from billing.subscriptions s join billing.plans p on p.id = s.plan_id
     where ($1::text is null or s.tenant_id = $1) and s.status <> 'cancelled'`,
    tenant,
  );
}

/** What subscriptions of one currency bring in a month. All intervals are parts of a year, so its cents are whole. */
function monthly(some: readonly Row[]): string {
  const paying = some.filter(({ status }) => status !== 'trialing');
  const yearly = paying.reduce((sum, { cents, months }) => sum + (Number(cents) * 12) / Number(months), 0);
  return (Math.round(yearly / 12) / 100).toFixed(2);
}

async function money(rows: Rows, tenant: string): Promise<object> {
  const running = await subscriptions(rows, tenant);
  const open = await rows(
    'billing',
    `select i.currency, (i.total * 100)::bigint::text as cents, i.due_date < now() as overdue,
       (select coalesce(sum(p.amount * 100), 0)::bigint::text from billing.payments p
        where p.invoice_id = i.id and p.status = 'succeeded') as paid
     from billing.invoices i where i.tenant_id = $1 and i.status = 'open'`,
    tenant,
  );
  const main = mostFrequent((running.length > 0 ? running : open).map(({ currency }) => String(currency)));
  const overdue = open
    .filter((invoice) => String(invoice.overdue) === 'true' && invoice.currency === main)
    .reduce((sum, { cents, paid }) => sum + BigInt(cents ?? 0) - BigInt(paid ?? 0), 0n);
  return {
    mrr: monthly(running.filter(({ currency }) => currency === main)),
    openInvoices: open.length,
    overdueAmount: inUnits(overdue),
  };
}

async function events(rows: Rows, tenant: string): Promise<object> {
  const [day] = await rows(
    'analytics',
    "select count(*)::int as n from analytics.events where tenant_id = $1 and created_at >= now() - interval '1 day'",
    tenant,
  );
  const top = await rows(
    'analytics',
    `select event_name as name, count(*)::int as count from analytics.events
     where tenant_id = $1 and created_at >= now() - interval '30 days' and created_at < now()
     group by 1 order by 2 desc, 1 limit 5`,
    tenant,
  );
  return { events24h: day?.n, topEvents: top };
}

async function notices(rows: Rows, tenant: string): Promise<object> {
  const [unread] = await rows(
    'notifications',
    'select count(*)::int as n from notifications.notifications where tenant_id = $1 and not read',
    tenant,
  );
  const [failed] = await rows(
    'notifications',
    `select count(*)::int as n from notifications.deliveries d
     join notifications.notifications n on n.id = d.notification_id
     where n.tenant_id = $1 and d.status = 'failed' and d.failed_at >= now() - interval '1 day'`,
    tenant,
  );
  return { unread: unread?.n, failed24h: failed?.n };
}

const inUnits = (cents: bigint): string => (Number(cents) / 100).toFixed(2);

/** The most frequent of the words, the first of the alphabet where several are. */
function mostFrequent(words: readonly string[]): string | undefined {
  const counts = Map.groupBy(words, (word) => word);
  const [first] = [...counts].toSorted(([a, of], [b, other]) => other.length - of.length || (a < b ? -1 : 1));
  return first?.[0];
}

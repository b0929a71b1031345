import { seeded, type DemoTenant, type DemoWorld, type Row } from '@cdx/demo';

const overview = [
  { id: 'events', type: 'number', title: 'Events', metric: 'events', granularity: 'day' },
  { id: 'visitors', type: 'series', title: 'Active users', metric: 'users', granularity: 'day' },
  { id: 'sessions', type: 'series', title: 'Visits', metric: 'sessions', granularity: 'day' },
  { id: 'names', type: 'top_events', title: 'What happens most', first: 10 },
];
const sales = [
  { id: 'orders', type: 'series', title: 'Orders', metric: 'events.order.placed', granularity: 'week' },
  {
    id: 'way',
    type: 'funnel',
    title: 'From the first page to the order',
    steps: ['page_view', 'cart.item_added', 'checkout.started', 'order.placed'],
  },
  {
    id: 'home',
    type: 'series',
    title: 'Orders from Germany',
    metric: 'events.order.placed',
    granularity: 'month',
    country: 'DE',
  },
];
const mobile = [
  {
    id: 'phones',
    type: 'series',
    title: 'On phones',
    metric: 'events',
    granularity: 'day',
    device: 'mobile',
  },
  {
    id: 'tablets',
    type: 'series',
    title: 'On tablets',
    metric: 'events',
    granularity: 'day',
    device: 'tablet',
  },
];

const dashboards = [
  { name: 'Overview', description: 'How busy the site is', widgets: overview, isPublic: true },
  { name: 'Sales', description: 'Orders, and the way to them', widgets: sales, isPublic: true },
  { name: 'Mobile visitors', description: null, widgets: mobile, isPublic: false },
];

/** The dashboards of a tenant: public ones of its owner, and a private one of somebody else. */
export function dashboardRows(world: DemoWorld, tenant: DemoTenant): Row[] {
  return dashboards.map(({ name, description, widgets, isPublic }) => {
    const path = `dashboard ${tenant.id} ${name}`;
    const createdAt = world.daysAgo(seeded(path), 30, 300);
    return {
      id: world.id(path, createdAt),
      tenant_id: tenant.id,
      name,
      description,
      config: { widgets },
      is_public: isPublic,
      created_by: (isPublic ? tenant.owner : world.someUser(tenant, path)).id,
      created_at: createdAt,
      updated_at: createdAt,
    };
  });
}

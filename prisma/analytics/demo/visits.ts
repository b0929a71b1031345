import { cycle, seeded, type DemoTenant, type DemoWorld, type Faker, type Row } from '@cdx/demo';
import { aDevice, aPlace } from './origins.ts';
import { historyWeeks, momentsOf, weekWeight } from './season.ts';
import { siteOf, stepsOf, type Site, type Step } from './steps.ts';

/** How many visits there are at scale 1, over all tenants and the year. */
const visitsAtStandard = 17_000;

/** The events of a tenant's visitors, in the order of the visits. */
export function eventRows(world: DemoWorld, tenant: DemoTenant, tenantIndex: number): Row[] {
  const { now, tenants } = world;
  // The first tenants are the bigger ones.
  const sizes = tenants.map((_, index) => 1 / (index + 2));
  const share = (sizes[tenantIndex] ?? 0) / sizes.reduce((sum, size) => sum + size, 0);
  const visits = world.count(visitsAtStandard, 800) * share;
  const weights = Array.from({ length: historyWeeks }, (_, week) => weekWeight(week, now));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const site = siteOf(tenant);
  return weights.flatMap((weight, week) => {
    const count = Math.max(2, Math.round((visits * weight) / total));
    const momentAt = momentsOf(week, now);
    return Array.from({ length: count }, (_, index) =>
      visitRows(world, site, `visit ${tenant.id} ${week} ${index}`, momentAt),
    ).flat();
  });
}

/** The events of one visit. */
function visitRows(world: DemoWorld, site: Site, path: string, momentAt: (share: number) => Date): Row[] {
  const { tenant } = site;
  const random = seeded(path);
  const begin = momentAt(random.number.float());
  const visitor = { ...whoVisits(random, tenant), ...aPlace(random), ...aDevice(random) };
  const steps = stepsOf(random, site);
  const pauses = steps.map(() => random.number.int({ min: 4_000, max: 150_000 }));
  const length = pauses.reduce((sum, pause) => sum + pause, 0);
  // A visit that would go on after now began earlier.
  let at = Math.min(begin.getTime(), world.now.getTime() - length - 1);
  return steps.map((step, place) => {
    const createdAt = new Date(at);
    at += pauses[place] ?? 0;
    return {
      id: world.id(`${path} ${place}`, createdAt),
      tenant_id: tenant.id,
      session_id: world.id(path, begin),
      ...visitor,
      ...eventOf(step, tenant),
      created_at: createdAt,
    };
  });
}

/** Six visits in ten are of somebody who has an account, more often of the same few. */
function whoVisits(random: Faker, { users }: DemoTenant): Row {
  if (random.datatype.boolean(0.4)) return { user_id: null };
  const place = Math.floor(random.number.float() ** 2 * users.length);
  return { user_id: cycle(users, place).id };
}

function eventOf({ name, data, page, referrer }: Step, { id }: DemoTenant): Row {
  return {
    event_name: name,
    event_data: data,
    page_url: `https://${id}.example${page.path}`,
    page_title: page.title,
    referrer,
  };
}

import { weighted, type DemoTenant, type Faker } from '@cdx/demo';

/** A page of a tenant's site. */
interface Page {
  readonly path: string;
  readonly title: string;
}

/** What of a tenant is seen by its visitors. */
export interface Site {
  readonly tenant: DemoTenant;
  readonly products: readonly Page[];
}

/** Something that a visitor does. */
export interface Step {
  readonly name: string;
  readonly data: object;
  readonly page: Page;
  readonly referrer: string | null;
}

const home: Page = { path: '/', title: 'Home' };
const cart: Page = { path: '/cart', title: 'Your cart' };
const checkout: Page = { path: '/checkout', title: 'Checkout' };
const help: Page = { path: '/help', title: 'Help' };
const entries: readonly Page[] = [
  home,
  { path: '/offers', title: 'Offers of the week' },
  { path: '/news', title: 'News' },
  { path: '/pricing', title: 'Prices' },
];

/** What a visitor does, one thing after another: looks around, and some ask, search, fill a cart, and order. */
export function stepsOf(random: Faker, { tenant, products }: Site): Step[] {
  const entry = random.helpers.arrayElement(random.datatype.boolean(0.6) ? entries : products);
  const steps: Step[] = [{ name: 'page_view', data: {}, page: entry, referrer: aReferrer(random) }];
  const add = (name: string, page: Page, data: object = {}): void =>
    void steps.push({ name, data, page, referrer: null });
  const chance = (probability: number): boolean => random.datatype.boolean(probability);
  if (chance(0.25)) add('search', home, { results: random.number.int({ max: 40 }) });
  const views = Math.min(9, 1 + Math.floor(-Math.log(1 - random.number.float()) * 3.5));
  for (let view = 0; view < views; view += 1) add('page_view', random.helpers.arrayElement(products));
  if (chance(0.15)) add('agent.asked', help, { seconds: random.number.int({ min: 1, max: 20 }) });
  if (chance(0.05)) add('sign_up', home);
  if (!chance(0.35)) return steps;
  const items = random.number.int({ min: 1, max: 4 });
  for (let item = 0; item < items; item += 1) add('cart.item_added', random.helpers.arrayElement(products));
  add('page_view', cart);
  if (!chance(0.55)) return steps;
  add('checkout.started', checkout, { items });
  if (!chance(0.7)) return steps;
  const amount = (items * random.number.float({ min: 8, max: 120 })).toFixed(2);
  add('order.placed', checkout, { items, amount, currency: tenant.currency });
  return steps;
}

/** The site of a tenant, with a page for each product of its clients. */
export function siteOf(tenant: DemoTenant): Site {
  const names = new Set(tenant.clients.flatMap(({ business }) => business.products));
  const products = Array.from(names, (name) => ({
    path: `/products/${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`,
    title: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
  }));
  return { tenant, products };
}

/** Where a visitor came from. */
function aReferrer(random: Faker): string | null {
  const from = weighted(random, { search: 45, direct: 30, mail: 15, partner: 10 });
  return from === 'direct' ? null : `https://${from}.example/`;
}

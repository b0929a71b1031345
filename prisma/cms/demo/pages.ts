import { between, seeded, type DemoTenant, type DemoWorld, type Row } from '@cdx/demo';

/** A page with those under it. */
interface Outline {
  readonly title: string;
  readonly under?: readonly Outline[];
}

const leaf = (title: string): Outline => ({ title });

/** The site of a tenant; what it sells is what its first clients do. */
function outlineOf({ clients }: DemoTenant): Outline[] {
  const products = clients.slice(0, 3).map(({ business }) => ({
    title: business.name,
    under: business.products.slice(0, 4).map(leaf),
  }));
  return [
    leaf('Home'),
    { title: 'Products', under: products },
    { title: 'About us', under: ['Team', 'Jobs', 'Press'].map(leaf) },
    { title: 'Help', under: ['Delivery', 'Returns', 'Contact'].map(leaf) },
    { title: 'Legal', under: ['Imprint', 'Privacy', 'Terms'].map(leaf) },
    leaf('Blog'),
  ];
}

/** The pages of a tenant, each before those under it. */
export function pageRows(world: DemoWorld, tenant: DemoTenant): Row[] {
  const slugs = new Set<string>();
  const place = ({ title, under = [] }: Outline, sortOrder: number, parent: Row | null): Row[] => {
    const slug = freeSlug(slugs, title);
    const row = pageRow(world, tenant, { title, slug, sortOrder, parent });
    return [row, ...under.flatMap((child, index) => place(child, index, row))];
  };
  return outlineOf(tenant).flatMap((page, index) => place(page, index, null));
}

/** Two clients may be in one line of business. */
function freeSlug(taken: Set<string>, title: string): string {
  const plain = title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  let slug = plain;
  for (let number = 2; taken.has(slug); number += 1) slug = `${plain}-${number}`;
  taken.add(slug);
  return slug;
}

interface Placed {
  readonly title: string;
  readonly slug: string;
  readonly sortOrder: number;
  readonly parent: Row | null;
}

function pageRow(world: DemoWorld, tenant: DemoTenant, { title, slug, sortOrder, parent }: Placed): Row {
  const path = `cms page ${tenant.id} ${slug}`;
  const author = world.someUser(tenant, path);
  const random = seeded(path);
  const at = world.daysAgo(random, 200, 365);
  const publishedAt = random.datatype.boolean(0.85) ? between(random, at, world.now) : null;
  const heading = title.charAt(0).toUpperCase() + title.slice(1);
  return {
    id: world.id(path, at),
    tenant_id: tenant.id,
    title: heading,
    slug,
    template: parent === null ? 'section' : 'default',
    content: [
      { kind: 'heading', text: heading },
      { kind: 'text', text: random.lorem.paragraph() },
      { kind: 'text', text: `${random.company.catchPhrase()}. ${random.company.buzzPhrase()}.` },
    ],
    seo_title: `${heading} – ${tenant.name}`,
    seo_description: random.company.catchPhrase(),
    seo_keywords: [slug, tenant.id],
    status: publishedAt ? 'published' : 'draft',
    published_at: publishedAt,
    author_id: author.id,
    parent_id: parent?.id ?? null,
    sort_order: sortOrder,
    created_at: at,
    updated_at: publishedAt ?? at,
  };
}

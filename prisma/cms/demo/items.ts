import { between, cycle, day, seeded, weighted } from '@cdx/demo';
import type { Business, DemoTenant, DemoWorld, Faker, Row } from '@cdx/demo';
import { typeId, types, type DemoType } from './types.ts';

/** What an item is about, and what may be shown in it. */
interface Subject {
  readonly business: Business;
  readonly currency: string;
  readonly images: readonly string[];
  readonly at: Date;
}

const sentence = (random: Faker, { products, audiences, concerns, goals }: Business): string =>
  random.helpers.arrayElement([
    `Our ${random.helpers.arrayElement(products)} are made for ${random.helpers.arrayElement(audiences)}.`,
    `We hear a lot about ${random.helpers.arrayElement(concerns)}, and this is what we do.`,
    `It is about ${random.helpers.arrayElement(goals)}, and little else.`,
    `Ask ${random.person.firstName()} about ${random.helpers.arrayElement(products)}.`,
  ]);

function prose(random: Faker, business: Business, sentences: number): string {
  return Array.from({ length: sentences }, () => sentence(random, business)).join(' ');
}

/** The data of an item, as the schema of its type wants it. */
function dataOf(type: DemoType, random: Faker, { business, currency, images, at }: Subject): object {
  const image = images.length > 0 ? { heroImage: random.helpers.arrayElement(images) } : {};
  switch (type.slug) {
    case 'article':
      return {
        summary: sentence(random, business),
        body: prose(random, business, random.number.int({ min: 8, max: 30 })),
        tags: random.helpers.arrayElements(business.products, 2),
        readingMinutes: random.number.int({ min: 1, max: 9 }),
        ...image,
      };
    case 'product':
      return {
        sku: `${business.key.slice(0, 3).toUpperCase()}-${random.string.numeric(4)}`,
        description: prose(random, business, 4),
        price: { amount: random.number.int({ min: 500, max: 90_000 }) / 100, currency },
        images: images.length > 0 ? random.helpers.arrayElements(images, { min: 1, max: 3 }) : [],
        isAvailable: random.datatype.boolean(0.85),
      };
    case 'event': {
      const startsAt = new Date(at.getTime() + random.number.int({ min: 5, max: 60 }) * day);
      return {
        startsAt: startsAt.toISOString(),
        endsAt: new Date(
          startsAt.getTime() + random.number.int({ min: 1, max: 8 }) * 3_600_000,
        ).toISOString(),
        place: random.location.city(),
        seats: random.number.int({ min: 10, max: 300 }),
        description: prose(random, business, 3),
      };
    }
    default:
      return {
        question: `How do you handle ${random.helpers.arrayElement(business.concerns)}?`,
        answer: prose(random, business, 3),
      };
  }
}

const titles: Readonly<Record<string, (random: Faker, business: Business) => string>> = {
  article: (random, { products, audiences }) =>
    `${random.helpers.arrayElement(products)} for ${random.helpers.arrayElement(audiences)}`,
  product: (random, { products }) =>
    `${random.commerce.productAdjective()} ${random.helpers.arrayElement(products)}`,
  event: (random, { audiences }) => `Open day for ${random.helpers.arrayElement(audiences)}`,
  faq: (random, { concerns }) => `About ${random.helpers.arrayElement(concerns)}`,
};

/** An item as it is, and as it was before. */
interface Written {
  readonly item: Row;
  readonly revisions: readonly Row[];
}

function itemOf(
  world: DemoWorld,
  tenant: DemoTenant,
  type: DemoType,
  index: number,
  images: readonly string[],
): Written {
  const path = `cms ${type.slug} ${tenant.id} ${index}`;
  const author = world.someUser(tenant, path);
  const random = seeded(path);
  const at = world.daysAgo(random, 0, 365);
  const { business } = cycle(tenant.clients, index);
  const title = titles[type.slug]?.(random, business) ?? type.name;
  const status = weighted(random, { published: 70, draft: 20, archived: 10 });
  const publishedAt =
    status === 'draft'
      ? null
      : between(random, at, new Date(Math.min(at.getTime() + 9 * day, world.now.getTime())));
  const version = random.datatype.boolean(0.35) ? random.number.int({ min: 2, max: 4 }) : 1;
  const subject = { business, currency: tenant.currency, images, at };
  const common = {
    tenant_id: tenant.id,
    content_type_id: typeId(world, tenant, type).id,
    slug: `${title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')}-${index + 1}`,
    author_id: author.id,
  };
  const versionOf = (number: number): Row => {
    const source = seeded(`${path} version ${number}`);
    return {
      ...{
        title: `${title.charAt(0).toUpperCase()}${title.slice(1)}`,
        data: dataOf(type, source, subject),
        version: number,
      },
      seo_data: { title, description: sentence(source, business) },
    };
  };
  const changedAt = publishedAt ?? at;
  const id = world.id(path, at);
  return {
    item: {
      ...{ id, ...common, ...versionOf(version), status, published_at: publishedAt, parent_id: null },
      ...{ created_at: at, updated_at: changedAt },
    },
    revisions: Array.from({ length: version - 1 }, (_, before) => ({
      ...{ id: world.id(`${path} revision ${before + 1}`, at), ...common, ...versionOf(before + 1) },
      ...{ status: 'draft', published_at: null, parent_id: id, created_at: changedAt, updated_at: at },
    })),
  };
}

/** The items of a tenant, and apart from them their revisions, which come after. */
export function itemRows(
  world: DemoWorld,
  tenant: DemoTenant,
  images: readonly string[],
): { readonly items: Row[]; readonly revisions: Row[] } {
  const written = types.flatMap((type) =>
    Array.from({ length: world.count(type.items, 3) }, (_, index) =>
      itemOf(world, tenant, type, index, images),
    ),
  );
  return { items: written.map(({ item }) => item), revisions: written.flatMap(({ revisions }) => revisions) };
}

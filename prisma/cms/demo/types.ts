import { seeded, type DemoTenant, type DemoWorld, type Row } from '@cdx/demo';

/** A kind of content that every tenant of the demo has. */
export interface DemoType {
  readonly slug: string;
  readonly name: string;
  /** The items of it that a tenant has at the standard size. */
  readonly items: number;
  readonly schema: object;
}

const text = (maxLength: number): object => ({ type: 'string', minLength: 1, maxLength });
const media = { type: 'string', format: 'uuid' };

const objectOf = (properties: Readonly<Record<string, object>>, required: readonly string[]): object => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
});

/** The kinds of content. */
export const types: readonly DemoType[] = [
  {
    ...{ slug: 'article', name: 'Article', items: 120 },
    schema: objectOf(
      {
        summary: text(500),
        body: text(20_000),
        heroImage: media,
        tags: { type: 'array', items: text(50), maxItems: 10, uniqueItems: true },
        readingMinutes: { type: 'integer', minimum: 1 },
      },
      ['summary', 'body'],
    ),
  },
  {
    ...{ slug: 'product', name: 'Product', items: 40 },
    schema: objectOf(
      {
        sku: { type: 'string', pattern: '^[A-Z]{3}-[0-9]{4}$' },
        description: text(5_000),
        price: objectOf({ amount: { type: 'number', minimum: 0 }, currency: text(3) }, [
          'amount',
          'currency',
        ]),
        images: { type: 'array', items: media, maxItems: 8 },
        isAvailable: { type: 'boolean' },
      },
      ['sku', 'price'],
    ),
  },
  {
    ...{ slug: 'event', name: 'Event', items: 30 },
    schema: objectOf(
      {
        startsAt: { type: 'string', format: 'date-time' },
        endsAt: { type: 'string', format: 'date-time' },
        place: text(200),
        seats: { type: 'integer', minimum: 1 },
        description: text(5_000),
      },
      ['startsAt', 'place'],
    ),
  },
  {
    ...{ slug: 'faq', name: 'Question', items: 20 },
    schema: objectOf({ question: text(500), answer: text(5_000) }, ['question', 'answer']),
  },
];

/** When a tenant's content began, and the id of its type. */
export function typeId(world: DemoWorld, { id }: DemoTenant, { slug }: DemoType): { id: string; at: Date } {
  const path = `cms type ${id} ${slug}`;
  const at = world.daysAgo(seeded(path), 366, 380);
  return { id: world.id(path, at), at };
}

/** The types of a tenant. */
export function typeRows(world: DemoWorld, tenant: DemoTenant): Row[] {
  return types.map((type) => {
    const { id, at } = typeId(world, tenant, type);
    const settings = { icon: type.slug, isPublic: type.slug !== 'faq' };
    return {
      id,
      tenant_id: tenant.id,
      name: type.name,
      slug: type.slug,
      schema: type.schema,
      settings,
      created_at: at,
    };
  });
}

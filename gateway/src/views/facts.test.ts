import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { composeSupergraph } from '../compose/index.ts';
import { ownerOf, readFacts, type TypeFacts } from './facts.ts';
import { dataLineage } from './lineage.ts';
import { factsOf } from './testing.ts';

const facts = factsOf({
  shop: `type Query { products: [Product!] @requiresScopes(scopes: [["shop:read"], ["admin"]]) }
    type Product @key(fields: "id") { id: ID! name: String! weight: Int }
    type Page @shareable { size: Int! }`,
  parcels: `type Product @key(fields: "id") { id: ID! weight: Int @external postage: Int @requires(fields: "weight") }
    type Page @shareable { size: Int! }
    type Query { page: Page }`,
});

const typeOf = (name: string): TypeFacts => {
  const found = facts.types.get(name);
  if (!found) throw new Error(`No ${name}`);
  return found;
};

test('the services are those of the graph, and the types none of the machinery’s', () => {
  expect(facts.services).toEqual(['parcels', 'shop']);
  expect([...facts.types.keys()].filter((name) => name.includes('__'))).toEqual([]);
});

describe('a field', () => {
  test('has the scopes that it needs, under whatever name a subgraph has given the directive', () => {
    const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
      import: [{ name: "@requiresScopes", as: "@scoped" }])`;
    const typeDefs = parse(`${link} type Query { a: Int @scoped(scopes: [["x"]]) }`);
    const { types } = readFacts(composeSupergraph([{ name: 'a', url: 'http://a', typeDefs }]));
    expect(types.get('Query')?.fields).toMatchObject([{ name: 'a', scopes: [['x']] }]);
  });

  test('says who answers it, and what it wants of others', () => {
    const fields = new Map(typeOf('Product').fields.map((field) => [field.name, field]));
    expect(fields.get('name')).toMatchObject({ type: 'String!', services: ['shop'], requires: null });
    expect(fields.get('weight')?.services).toEqual(['shop']);
    expect(fields.get('postage')).toMatchObject({ services: ['parcels'], requires: 'weight' });
  });

  test('says which scopes it needs', () => {
    const [products] = typeOf('Query').fields.filter(({ name }) => name === 'products');
    expect(products?.scopes).toEqual([['shop:read'], ['admin']]);
  });
});

describe('a type belongs', () => {
  test('to the service that has most of it', () => {
    expect(ownerOf(typeOf('Product'))).toBe('shop');
  });
  test('to nobody where all have the same of it', () => {
    expect(ownerOf(typeOf('Page'))).toBeNull();
  });
});

describe('the lineage', () => {
  test('of a type names its owner, who extends it, and by which keys', () => {
    expect(dataLineage({ facts }, { type: 'Product' })).toEqual([
      expect.objectContaining({
        name: 'Product',
        kind: 'object',
        owner: 'shop',
        extendedBy: ['parcels'],
        keys: [
          { service: 'parcels', fields: 'id' },
          { service: 'shop', fields: 'id' },
        ],
      }),
    ]);
  });

  test('of a service has the types that it is part of', () => {
    const names = dataLineage({ facts }, { service: 'parcels' }).map(({ name }) => name);
    expect(names).toContain('Page');
    expect(names).toContain('Product');
  });

  test.each([
    ['a service', { service: 'bakery' }, 'service'],
    ['a type', { type: 'Bread' }, 'type'],
  ])('of %s that there is not is refused', (_, args, field) => {
    expect(() => dataLineage({ facts }, args)).toThrow(
      expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_USER_INPUT', field }) }),
    );
  });
});

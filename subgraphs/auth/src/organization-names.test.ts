import { describe, expect, test } from '@jest/globals';
import { slugOf, tenantIdOf } from './organization-names.ts';

describe('a slug', () => {
  test.each([
    ['Größe & Söhne AG', 'grosse-sohne-ag'],
    ['  Acme,  Inc. ', 'acme-inc'],
    ['ACME', 'acme'],
    ['3M', '3m'],
    ['日本', 'organization'],
    ['', 'organization'],
    [`${'a'.repeat(99)} b`, 'a'.repeat(99)],
    ['b'.repeat(300), 'b'.repeat(100)],
  ])('of %j is %s', (name, slug) => {
    expect(slugOf(name)).toBe(slug);
  });
});

describe('a tenant’s id', () => {
  test.each([
    ['acme-inc', 'acme_inc'],
    ['3m', 't_3m'],
    ['b'.repeat(100), 'b'.repeat(50)],
  ])('of the slug %s is %s', (slug, id) => {
    expect(tenantIdOf(slug)).toBe(id);
  });
});

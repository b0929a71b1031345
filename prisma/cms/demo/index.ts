import type { DomainDemo } from '@cdx/demo';
import { itemRows } from './items.ts';
import { mediaRows } from './media.ts';
import { pageRows } from './pages.ts';
import { typeRows } from './types.ts';

/** A year of content of every tenant: types, items with their revisions, files and a site. */
export const demo: DomainDemo = {
  marker: 'cms.content_types',
  plan(world) {
    const content = world.tenants.map((tenant) => {
      const files = mediaRows(world, tenant);
      const images = files.filter(({ alt_text: text }) => text !== null).map(({ id }) => id);
      return { files, ...itemRows(world, tenant, images) };
    });
    return [
      ['cms.content_types', world.tenants.flatMap((tenant) => typeRows(world, tenant))],
      ['cms.media_files', content.flatMap(({ files }) => files)],
      ['cms.content_items', content.flatMap(({ items }) => items)],
      ['cms.content_items', content.flatMap(({ revisions }) => revisions)],
      ['cms.pages', world.tenants.flatMap((tenant) => pageRows(world, tenant))],
    ];
  },
};

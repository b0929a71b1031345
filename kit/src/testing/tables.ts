import type { TableDescriptor } from '../sql/table.ts';

/** A table as the generator would describe it, for tests of what is built from descriptors. */
export const aTable: TableDescriptor = {
  model: 'Thing',
  schema: 'things',
  table: 'things',
  primaryKey: ['id'],
  columns: {
    id: { column: 'id', type: 'uuid', nullable: false },
    name: { column: 'name', type: 'text', nullable: false },
    tags: { column: 'tags', type: 'text', nullable: false, list: true },
    size: { column: 'size', type: 'int', nullable: true },
    price: { column: 'price', type: 'decimal', nullable: false },
    dueOn: { column: 'due_on', type: 'date', nullable: true },
    madeAt: { column: 'made_at', type: 'timestamp', nullable: false },
    status: { column: 'status', type: 'enum', nullable: false, enumName: 'things.status' },
    data: { column: 'data', type: 'json', nullable: false },
  },
};

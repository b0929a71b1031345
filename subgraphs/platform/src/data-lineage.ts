import { idOf, isSelected, loadEntity, loadPage, parseInput, type Readable } from '@cdx/kit';
import { DataLineage as table, type DataLineageRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type { DataLineageResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import type { Transaction } from './context.ts';
import { requireOperator } from './operator.ts';

const readableLineage: Readable = { table, order: { property: 'targetField', direction: 'ASC' } };

const text = (max: number) => z.string().trim().min(1, 'must not be empty').max(max);
const replaceInput = z
  .array(
    z.object({
      sourceService: text(100),
      sourceType: text(255),
      targetService: text(100),
      targetField: text(255),
      relation: text(50),
      description: z.string().max(10_000).nullish(),
    }),
  )
  .max(2_000, 'must be at most 2,000');

export const query: QueryResolvers = {
  recordedLineage(_, args, context, info) {
    requireOperator(context);
    return loadPage<DataLineageRow>(context, readableLineage, args, isSelected(info, 'totalCount'));
  },
};

export const mutation: MutationResolvers = {
  async replaceRecordedLineage(_, { input }, context) {
    requireOperator(context);
    const rows = parseInput(replaceInput, input).map(({ description, ...way }) => ({
      // The same way has the same id in every replacement.
      id: idOf(way.sourceService, way.sourceType, way.targetService, way.targetField, way.relation),
      ...way,
      description: description ?? null,
    }));
    const wanted = new Map(rows.map((row) => [row.id, row]));
    await context.db.write(
      async (tx) => {
        // Two replacements at the same time follow one another, and each finds what the other has made.
        await tx.$executeRaw`lock table platform.data_lineage in share row exclusive mode`;
        await replaceBy(tx, wanted);
      },
      { unaudited: 'A lock.' },
    );
    return wanted.size;
  },
};

/** Deletes, changes and adds what differs, and nothing else: the audit log has the difference. */
async function replaceBy(tx: Transaction, wanted: ReadonlyMap<string, DataLineageRow>): Promise<void> {
  const found = await tx.dataLineage.findMany({ select: { id: true, description: true } });
  const known = new Map(found.map(({ id, description }) => [id, description]));
  await tx.dataLineage.deleteMany({ where: { id: { notIn: [...wanted.keys()] } } });
  const added = [...wanted.values()].filter(({ id }) => !known.has(id));
  if (added.length > 0) await tx.dataLineage.createMany({ data: added });
  for (const { id, description } of wanted.values()) {
    const differs = known.has(id) && known.get(id) !== description;
    if (differs) await tx.dataLineage.updateMany({ where: { id }, data: { description } });
  }
}

export const dataLineage: DataLineageResolvers = {
  __resolveReference({ id }, context) {
    requireOperator(context);
    return loadEntity<DataLineageRow>(context, readableLineage, id);
  },
};

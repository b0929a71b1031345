import { idOf, isSelected, loadEntity, loadPage, parseInput, type Readable } from '@cdx/kit';
import { DataLineage as table, type DataLineageRow } from '@cdx/prisma-platform/tables';
import { z } from 'zod';
import type { DataLineageResolvers, MutationResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { requireOperator } from './operator.ts';

const readableLineage: Readable = { table, order: { property: 'targetField', direction: 'ASC' } };

const text = (max: number) => z.string().trim().min(1, 'must not be empty').max(max);
const replaceInput = z.array(
  z.object({
    sourceService: text(100),
    sourceType: text(255),
    targetService: text(100),
    targetField: text(255),
    relation: text(50),
    description: z.string().max(10_000).nullish(),
  }),
);

export const query: QueryResolvers = {
  dataLineage(_, args, context, info) {
    requireOperator(context);
    return loadPage<DataLineageRow>(context, readableLineage, args, isSelected(info, 'totalCount'));
  },
};

export const mutation: MutationResolvers = {
  async replaceDataLineage(_, { input }, context) {
    const rows = parseInput(replaceInput, input).map(({ description, ...way }) => ({
      // The same way has the same id in every replacement.
      id: idOf(way.sourceService, way.sourceType, way.targetService, way.targetField, way.relation),
      ...way,
      description: description ?? null,
    }));
    const data = [...new Map(rows.map((row) => [row.id, row])).values()];
    await context.db.write(
      async (tx) => {
        // Two replacements at the same time follow one another: each deletes what the other has made.
        await tx.$executeRaw`lock table platform.data_lineage in share row exclusive mode`;
        await tx.dataLineage.deleteMany({});
        await tx.dataLineage.createMany({ data });
      },
      { unaudited: 'It follows from the supergraph.' },
    );
    return data.length;
  },
};

export const dataLineage: DataLineageResolvers = {
  __resolveReference({ id }, context) {
    requireOperator(context);
    return loadEntity<DataLineageRow>(context, readableLineage, id);
  },
};

import { badInput, filterCondition, parseInput, requireUser, selectColumns, tableName } from '@cdx/kit';
import { AgentMemory as table, type AgentMemoryRow } from '@cdx/prisma-clients/tables';
import sql, { type Sql } from 'sql-template-tag';
import { z } from 'zod';
import type { MemoryMatchResolvers, QueryResolvers } from '../generated/resolvers.ts';
import { embed, vectorInput, vectorText } from './agent-memory.ts';
import type { Owned } from './client-schema.ts';
import { existingClient } from './client.ts';

/** A memory with its cosine similarity to what was searched. */
export type MatchRow = Owned<AgentMemoryRow> & { readonly similarity: number };

/** The most that an HNSW index finds at once: pgvector's `hnsw.ef_search`, whose default is 40. */
const indexReach = 40;

const searchInput = z.object({
  text: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(20_000, 'must have at most 20,000 characters')
    .nullish(),
  vector: vectorInput.nullish(),
  limit: z.int().min(1, 'must be from 1 to 100').max(100, 'must be from 1 to 100').nullish(),
  minSimilarity: z.number().min(-1, 'must be from -1 to 1').max(1, 'must be from -1 to 1').nullish(),
});

export const query: QueryResolvers = {
  async searchMemory(_, { clientId, filter, exact, ...input }, context) {
    requireUser(context);
    const { text, vector, limit, minSimilarity } = parseInput(searchInput, input, 'searchMemory');
    if ((text == null) === (vector == null)) throw badInput('text', 'given, or vector in its place');
    const client = await existingClient(context, clientId);
    if (client.status === 'provisioning') return [];
    const wanted = vectorText(vector ?? (await embed(context, text ?? '')));
    const size = limit ?? 10;
    const statement = nearest({
      place: tableName('postgres', table, client.schemaName),
      clientId,
      vector: wanted,
      // Of a text only memories by the same model can be near; a caller's vector says nothing of its model.
      condition: sql`${filterCondition('postgres', table, filter)} and ${
        text == null ? sql`true` : sql`t.embedding_model = ${context.services.embedder.model}`
      }`,
      size,
      minSimilarity: minSimilarity ?? -1,
      approximate: !exact && filter == null && size <= indexReach,
    });
    return context.db.many<MatchRow>(statement);
  },
};

export const memoryMatch: MemoryMatchResolvers = {
  memory: (match) => match,
};

interface Search {
  readonly place: Sql;
  readonly clientId: string;
  readonly vector: string;
  readonly condition: Sql;
  readonly size: number;
  readonly minSimilarity: number;
  readonly approximate: boolean;
}

/**
 * An index finds the nearest of all and filters afterwards, so with a filter it may find too few. Adding 0 to the
 * distance keeps the index out: the filtered rows, found by their own indexes, are compared one by one. The same is
 * done where the index finds too few, since what it found was of other models or is no longer there.
 */
function nearest({ place, clientId, vector, condition, size, minSimilarity, approximate }: Search): Sql {
  const distance = sql`t.embedding operator(public.<=>) ${vector}::public.vector`;
  const ordered = (order: Sql): Sql => sql`
    select ${selectColumns('postgres', table)}, ${clientId}::text as "clientId", 1 - (${distance}) as similarity
    from ${place} t where ${condition} order by ${order} limit ${size}`;
  const exact = sql`select * from (${ordered(sql`(${distance}) + 0`)}) exact`;
  const enough = sql`(select count(*) from near) >= ${size}`;
  const found = approximate
    ? sql`with near as materialized (${ordered(distance)})
        select * from near where ${enough} union all ${exact} where not ${enough}`
    : exact;
  return sql`select * from (${found}) nearest where similarity >= ${minSimilarity} order by similarity desc, id`;
}
